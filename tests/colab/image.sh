#!/usr/bin/env bash
# Run notebooks with what Colab's own image has installed.
#
#     image.sh WHEEL NOTEBOOK...
#
# The weekly workflow calls this inside the image. Only nbmake and the book's library
# are added; pip leaves alone what is there.
set -euo pipefail
wheel=$(realpath "$1")
shift
content=$(mktemp -d)
cp "$@" "$content"
cd "$content"
python3 -m pip install --quiet nbmake
python3 -m pip install --quiet --no-deps "$wheel"
python3 -m pytest --nbmake --nbmake-timeout=300 --durations=0 -p no:cacheprovider .

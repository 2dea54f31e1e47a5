"""Grade a folder of notebooks or .py files by the names of their functions.

Each function runs in a cage: no network, a disk that it can only read, limits of time,
memory and output. The points follow from the numbers it returns on random inputs. With
--out grades.csv this writes

  grades.csv           a row for each exercise of each student: student, file,
                       exercise, points, out of, verdict, message
  grades_totals.csv    a row for each student: student, points, out of, correct,
                       exercises
  grades_pages/        index.html for the class, and a page for each student

Whose file is it? A file in a sub-folder belongs to the student that the sub-folder is
named after. Otherwise the file's name counts, up to the name of the book's notebook:
anna_09_lstm.ipynb is anna's. Of two answers to one exercise the better one counts.
"""

import os
import secrets
import sys
from pathlib import Path

from rnnlm_lib.grading import points as points_file
from rnnlm_lib.grading.cage import PROTECTS, Limits
from rnnlm_lib.grading.feedback import pages
from rnnlm_lib.grading.grade import Places, grade, write
from rnnlm_lib.progress import bar


def add_arguments(parser):
    """Arguments of `rnnlm grade`."""
    add = parser.add_argument
    add("folder", type=Path, help="what the students handed in")
    add("--out", type=Path, default=Path("grades.csv"), metavar="FILE")
    add(
        "--points",
        type=Path,
        metavar="FILE",
        help="a table with the columns exercise,points; default: one point for each "
        "exercise of the chapters that were handed in",
    )
    add(
        "--student",
        metavar="REGEX",
        help="where in a file's path the student stands, as one group: '([^_]+)_'",
    )
    add("--seconds", type=float, default=10.0, help="for one exercise (default 10)")
    add("--jobs", type=int, help="students at a time; default: one for each core")
    add("--seed", type=int, help="of the random inputs; default: a new one each time")
    add("--title", help="of the page of the class; default: the folder's name")
    add("--no-cage", action="store_true", help=f"without bubblewrap; {PROTECTS}")


def run(args):
    """Grade, then write everything."""
    if args.seconds <= 0 or (args.jobs is not None and args.jobs < 1):
        raise ValueError("--seconds and --jobs must be more than 0")
    if args.seed is not None and args.seed < 0:
        raise ValueError(f"--seed must be 0 or more, not {args.seed}")
    places = Places(args.out)
    places.check()
    points = points_file.read(args.points) if args.points else None
    if args.no_cage:
        print(f"no cage: {PROTECTS}.", file=sys.stderr)
    seed = secrets.randbits(32) if args.seed is None else args.seed
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core for each job
    with bar("grading", done=0, total=1, show=sys.stderr.isatty()) as progress:

        def tell(done, total):
            progress.total = total
            progress.update()

        results = grade(
            args.folder,
            points=points,
            rule=args.student,
            limits=Limits(caged=not args.no_cage, seconds=args.seconds),
            jobs=args.jobs or os.cpu_count() or 1,
            seed=seed,
            tell=tell,
        )
    title = args.title or args.folder.resolve().name
    write(results, places, pages(results, title))
    students = _count(len(results), "student")
    print(f"{students}, {_count(len(results[0].marks), 'exercise')}, seed {seed}")
    print(f"wrote {places.table}, {places.totals} and {places.pages}/index.html")


def _count(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"

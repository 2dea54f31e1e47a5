"""Progress without tqdm."""

from rnnlm_lib.progress import PlainBar


def test_the_plain_bar_rewrites_its_line_at_each_percent(capsys):
    with PlainBar("epoch 1/2", done=0, total=1000, show=True) as bar:
        for _ in range(1000):
            bar.set_postfix_str("5.000 nats/token")
            bar.update()
    lines = capsys.readouterr().err.split("\r")
    assert len(lines) == 102
    assert lines[-1] == "epoch 1/2: 100 %, 5.000 nats/token\n"


def test_the_plain_bar_can_be_silent(capsys):
    with PlainBar("epoch 1/2", done=0, total=3, show=False) as bar:
        bar.update(3)
    assert capsys.readouterr().err == ""

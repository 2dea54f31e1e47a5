"""Grades a folder of notebooks, each function in a cage of its own.

submission    a file of a student -> its cells, and whose they are
definitions   cells -> what a function needs of them
wire          values between the grader and a cage, as numbers and never as objects
cage          starts a child process that can compute and nothing else
function      a function in a cage, as `diagnose` calls it
child         what runs inside
syscalls      what the kernel refuses the child
marks         what a student gets for each exercise, and why
points        how much each exercise counts
sheet         what every page is written on
feedback      a page for each student, and one for the class
grade         all of it: a folder -> tables and pages
"""

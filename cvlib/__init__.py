"""The student package of the course: references, checks, quizzes, widgets and pictures.

Importing it is cheap; every part is imported where it is used::

    from cvlib import check, conv
    from cvlib.plots import show_images
"""

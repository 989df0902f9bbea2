STORIES: dict = {}


def play(county, names): ...

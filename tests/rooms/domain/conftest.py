"""What the tests of the domain share."""

import pytest
from support.story import Story


@pytest.fixture
def story() -> Story:
    story = Story()
    story.begin()
    return story

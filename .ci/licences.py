"""Write docs/licences.md: the packages that the image contains, and their licences.

`make licences` updates the page from the installed packages; a test compares. Packages for tests and
benchmarks are not listed, because the image does not contain them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "requirements" / "image.txt"
PAGE = ROOT / "docs" / "licences.md"
HEADER = """\
# Licences

gan-designer is under the MIT licence (`LICENSE`). These packages come with it when it is installed;
`make licences` renews the list. `service/static/swagger-ui` is a copy of swagger-ui-dist under
Apache-2.0, with its own `LICENSE` and `NOTICE`. Modules that the service writes are their
requester's: they contain text of this project's templates, which may be used without any condition.

The pictures of trials (`designer/pipeline/trial/stored`) come from scikit-learn: the first 32 of its digits, which are a copy of
the test set of *Optical Recognition of Handwritten Digits* (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository,
CC BY 4.0), in 256 levels; and, at half their size, its photographs `china.jpg` (by danielbuechele,
<https://www.flickr.com/photos/danielbuechele/6061409035/>) and `flower.jpg` (by vultilion,
<https://www.flickr.com/photos/vultilion/6056698931/>), both CC BY 2.0 (<https://creativecommons.org/licenses/by/2.0/>).

| package | licence |
|---|---|
"""


def image_packages() -> set[str]:
    """The canonical names of the packages whose wheels the image contains."""
    return set(re.findall("^([^#]\\S*)==", IMAGE.read_text(), flags=re.MULTILINE))


def licences() -> dict[str, str]:
    """The licence of every installed package, by canonical name."""
    listed = subprocess.run(
        [Path(sys.executable).with_name("pip-licenses"), "--format=json", "--with-system"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {canonicalize_name(row["Name"]): row["License"] for row in json.loads(listed)}


def render_page() -> str:
    """The expected text of the page."""
    known = licences()
    return HEADER + "".join(f"| {name} | {known[name]} |\n" for name in sorted(image_packages()))


if __name__ == "__main__":
    PAGE.write_text(render_page())

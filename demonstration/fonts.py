"""A font with Chinese glyphs for figures: the machine's own, or one that pip can fetch."""

from collections.abc import Callable
from pathlib import Path

from matplotlib import font_manager

from authoring import Package, fetch

#: Families that hold simplified Chinese, the ones for figures first.
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "SimHei",
    "Noto Serif CJK SC",
)
#: Carries Noto Sans CJK SC (SIL Open Font License); 85 MB, so it is fetched only where no font is installed.
FONT_PACKAGE = Package(
    name="mplfonts",
    version="0.0.11",
    archive="wheel",
    megabytes=85,
    sha256="b5e05ba7fd9a59cae48d1db41f657f50e6765e6f04b8d78504438b93a66b6e13",
)
FONT_FILE = Path("mplfonts/fonts/NotoSansCJKsc-Regular.otf")


def chinese_font(cache: Path, say: Callable[[str], None]) -> str:
    """The family name of a font with Chinese glyphs, known to matplotlib; fetched below `cache` where none is there.

    `say` is told of a download. Raises DownloadError where there is no font and none can be fetched.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for family in FAMILIES:
        if family in installed:
            return family
    if not (cache / f"{FONT_PACKAGE.name}-{FONT_PACKAGE.version}").is_dir():
        say(f"no Chinese font is installed: fetching Noto Sans CJK SC ({FONT_PACKAGE.megabytes:g} MB, OFL 1.1)")
    file = fetch(FONT_PACKAGE, cache)[0] / FONT_FILE
    font_manager.fontManager.addfont(file)
    return font_manager.FontProperties(fname=file).get_name()

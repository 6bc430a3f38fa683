"""Words that the built-in model knows: those of the captions it was trained on."""

import re

DRAWS = (
    "mountains, lakes, seas, deserts, hills, forests, cities, planets and nebulas, flowers, mandalas, "
    "fractals, marbled paint, stained glass and neon grids, at any time of day and in any weather"
)
"""What the built-in model can draw, for messages."""

_CAPTIONS = """
air among art artstation aurora autumn balloon beautiful behind bird black blossom blue boat borealis
bridge cactus calm castle cinematic city clear cloud cloudy color covered crescent cyan cyberpunk dark
dawn day daylight desert detailed digital dramatic dreamy dune dusk early evening flower fog foggy
forest fractal full galaxy glass golden grassland green grid highly hill horizon hot hour house island
julia kaleidoscope lake landscape light lighthouse lightning liquid magenta mandala marble masterpiece
meadow midnight milky mist misty monochrome moon morning mosaic mountain nebula neon night noon northern
ocean oil open orange ornamental paint painting palm pastel pencil photo picture pine pink planet purple
pyramid rain rainy range red reflected retro retrowave ringed river road rolling sailboat sand sea
skyline sketch sky skyscraper smoke snow snowfall snowy spiral stained star starfield storm stormy sun
sunny sunrise sunset synthwave teal tone tree trending tropical turquoise twilight under valley
vaporwave vibrant vivid watercolor wave way white window winter
"""
_COMMON = """
a an and as at between but by during for from in inside into is it its near no of off on or out outside
over some that the their then there this through to toward towards up with without
"""
_KNOWN = frozenset((_CAPTIONS + _COMMON).split())
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d_]+")
_FORMS = ((r"ies$", "y"), (r"es$", ""), (r"s$", ""))


def unknown_words(prompt: str) -> tuple[str, ...]:
    """Returns the words of a prompt that the built-in model was not trained on, each once, in order.

    Tags such as `<lora:x:1>`, numbers, prompt operators and the small words of English are left out.
    """
    words = _WORD.findall(_TAG.sub(" ", prompt))
    plain = [word.lower() for word in words if word not in ("AND", "BREAK")]
    return tuple(dict.fromkeys(word for word in plain if not _is_known(word)))


def _is_known(word: str) -> bool:
    word = word.replace("colour", "color")
    forms = [word, *(re.sub(ending, stem, word) for ending, stem in _FORMS)]
    return len(word) == 1 or any(form in _KNOWN for form in forms)

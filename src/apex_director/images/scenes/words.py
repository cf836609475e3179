"""The words the built-in renderer understands, by what they decide. Phrases are matched longest
first; plurals and possessives are folded, so each noun stands once, in the singular.
"""

from __future__ import annotations

from .place_words import PLACES

WORDS: dict[str, dict[str, str]] = {
    "family": PLACES,
    "time_of_day": {
        "dawn": "dawn|daybreak|sunrise|first light|early morning|break of day|morning twilight",
        "day": "day|daytime|noon|midday|morning|daylight|afternoon|bright day|broad daylight|"
        "blue sky|sunny|sunshine|sunlit|sunlight",
        "golden_hour": "golden hour|late afternoon|golden light|low sun|magic hour|late sun|"
        "amber light|golden sun|honeyed light",
        "sunset": "sunset|sundown|setting sun|evening|red sky|last light|evening sun|dusk sun",
        "dusk": "dusk|twilight|blue hour|nightfall|gloaming|evenfall|half light|crepuscular",
        "night": "night|nighttime|midnight|moonlight|moonlit|starlight|starry|moon|nocturnal|"
        "starry night|after dark|under the star|dead of night|full moon|late night|night sky",
    },
    "weather": {
        "clear": "clear|clear sky|cloudless|bright sky|crisp air",
        "cloudy": "cloudy|cloud|overcast|grey sky|gray sky|cloudscape|drifting cloud|hazy cloud",
        "mist": "mist|fog|haze|foggy|misty|hazy|morning mist|low fog|steam|ground fog|"
        "mist in the valley|vapour|vapor",
        "rain": "rain|rainy|drizzle|downpour|rainfall|wet street|rain shower|raining|rain soaked|"
        "raindrop|puddle|umbrella|rainy street|rainy city|rainy crossing|rainy tokyo crossing|"
        "rain soaked street|rain on the window|rain against the glass|wet pavement|wet asphalt",
        "snow": "snow|snowy|snowfall|blizzard|snowflake|winter|wintry|falling snow|snowing|frost|"
        "snow covered|flurry",
        "storm": "storm|stormy|thunder|lightning|thunderstorm|tempest|hurricane|gale|squall|"
        "storm cloud|thundercloud|gathering storm",
    },
    "mood": {
        "calm": "calm|peaceful|serene|quiet|tranquil|gentle|soothing|meditative|restful|"
        "hushed|soft|slow|ambient|contemplative",
        "warm": "warm|tender|intimate|cosy|cozy|loving|romantic|nostalgic|soulful|hopeful|"
        "heartfelt|sentimental|mellow",
        "melancholy": "melancholy|melancholic|sad|sorrow|lonely|wistful|longing|bittersweet|"
        "mournful|blue mood|heartbroken|grief|forlorn|yearning|pensive|sombre|somber",
        "tense": "tense|anxious|urgent|restless|nervous|suspense|suspenseful|driving|aggressive|"
        "frantic|uneasy|angry|edgy|violent|gritty",
        "joyful": "joyful|happy|joy|cheerful|playful|euphoric|bright mood|celebration|exuberant|"
        "upbeat|lively|carefree|radiant|festive|vibrant",
        "dreamy": "dreamy|dream|dreamlike|ethereal|surreal|hypnotic|floating|hazy dream|magical|"
        "enchanted|mystical|otherworldly|trance|psychedelic|whimsical",
        "epic": "epic|grand|majestic|heroic|monumental|triumphant|vast|sweeping|soaring|powerful|"
        "awe|anthemic|glorious|towering|dramatic",
        "dark": "dark|gloomy|ominous|sinister|brooding|menacing|bleak|haunting|eerie|shadowy|"
        "gothic|foreboding|noir|moody|murky",
    },
    "subject": {
        "walker": "walker|man|woman|person|figure|wanderer|traveller|traveler|hiker|silhouette|"
        "girl|boy|stranger|lone figure|lone walker|human|people|someone|soul|hero|heroine|"
        "protagonist|singer|character|pilgrim|runner|child",
        "couple": "couple|lover|two people|two figure|pair of lover|two person|hand in hand|"
        "man and woman|two friend|bride and groom",
        "boat": "boat|sailboat|sail|ship|yacht|rowboat|vessel|canoe|fishing boat|sailing boat",
        "birds": "bird|flock|seagull|gull|swallow|crow|raven|geese|goose|flock of bird|eagle|"
        "starling|crane bird|swan|dove|hawk",
        "deer": "deer|stag|elk|reindeer|fawn|antler|moose",
        "balloon": "balloon|hot air balloon|airship|zeppelin|hot air balloon in the sky",
        "car": "car|automobile|convertible|sports car|vehicle|taxi|driving car|truck|cadillac|cab",
        "band": "band|busker|street musician|musician|guitarist|drummer|rock band|performer|"
        "group on stage|orchestra|singer and band|quartet|player",
        "dancer": "dancer|ballerina|dancing|ballet|dancing figure|dancing woman|dancing man|dance",
    },
}
"""slot -> value -> phrases, parted by bars."""

COLOURS: dict[str, str] = {
    "black": "#08080c",
    "charcoal": "#22252b",
    "grey": "#7d8188",
    "gray": "#7d8188",
    "silver": "#c4c9d0",
    "white": "#f4f3ef",
    "ivory": "#f2ead6",
    "cream": "#f3e6c8",
    "beige": "#d8c4a0",
    "sand": "#dcb98a",
    "brown": "#5c3d2a",
    "sepia": "#704a2c",
    "copper": "#b8683c",
    "bronze": "#9c6b32",
    "gold": "#e0ac3c",
    "golden": "#e0ac3c",
    "amber": "#f0a028",
    "ochre": "#c4872c",
    "yellow": "#f2cf3a",
    "orange": "#f07a28",
    "coral": "#f4795c",
    "peach": "#f8b48c",
    "salmon": "#f08c78",
    "red": "#cc2a30",
    "crimson": "#a8182f",
    "scarlet": "#d8281e",
    "burgundy": "#5a1426",
    "rose": "#d8708c",
    "pink": "#f088b0",
    "magenta": "#d82c9c",
    "fuchsia": "#d82c9c",
    "purple": "#6c2c9c",
    "violet": "#7a3cc4",
    "lavender": "#b49ce0",
    "lilac": "#c0a0d8",
    "plum": "#50224c",
    "indigo": "#2c2470",
    "navy": "#101c44",
    "blue": "#2c60c4",
    "cobalt": "#1c48b0",
    "azure": "#3c8ce0",
    "cyan": "#2cc4dc",
    "turquoise": "#2cb8b0",
    "teal": "#14686c",
    "aqua": "#58d0d0",
    "mint": "#98dcb8",
    "green": "#2c8c4c",
    "emerald": "#107c54",
    "olive": "#6c6c2c",
    "lime": "#a8d838",
}
"""Colour words; two or more make a palette when none was given."""

COLOUR_SHADES: dict[str, float] = {
    "deep": 0.7,
    "dark": 0.6,
    "midnight": 0.45,
    "light": 1.3,
    "pale": 1.35,
    "soft": 1.15,
    "bright": 1.15,
    "dusty": 0.9,
    "hot": 1.05,
    "electric": 1.1,
    "neon": 1.15,
    "burnt": 0.75,
}
"""What a word before a colour does to its lightness."""

NEGATIONS = ("no", "without", "not", "never", "nobody", "none", "neither", "nor", "lacks")

SCOPE_ENDS = (
    *("but", "only", "just", "with", "instead", "except", "yet", "while"),
    *("at", "in", "on", "under", "over", "by", "near", "from", "above", "below", "behind"),
)
"""Words that end what a negation denies: 'no boats at dawn' denies boats, not dawn."""

SILENT = """
    a an the this that these those some any each every all both one two three four its his her
    their our my your it he she they we you i of in on at to from by for with into onto upon over
    under above below beneath behind beyond between among across along through around near against
    toward towards within during before after until as than like and or but nor so yet if then while
    where when which who whose what is are was were be been being am has have had do does did can
    could will would may might must shall should there here up down out off away back forward
    together alone apart again still very more most much many few less least own same other another
    such only just even also too almost not no without never nobody none neither
    shot wide medium close extreme establishing view image picture photo photograph scene frame
    framing composition camera lens angle low high closeup macro aerial drone panorama panoramic
    full long short foreground background midground depth focus bokehlike cinematic cinematography
    film movie still photorealistic realistic detailed detail ultra quality style styled look mood
    palette colour color coloured colored tone tones toned lighting light lit backlit backlight rim
    glow glowing shadow contrast grade graded texture atmosphere atmospheric mm 14mm 24mm 35mm 50mm
    85mm 100mm 135mm 4k 8k hd uhd hdr anamorphic grain grainy music video song verse chorus bridge
    intro outro section instrumental pre post feeling feel sense air sky distance distant far edge
    center centre middle left right side top bottom half line place world land landscape scenery
    lone lonesome single small tiny little big large great huge tall old new young ancient long
    heavy thin thick deep shallow broad narrow open empty endless wild natural simple beautiful
    pretty stunning gorgeous cold cool hot fresh dry wet walking walks walk standing stands stand
    sitting looking looks watching watches moving move moves drifting drift drifts rising rise rises
    falling fall falls flowing flow flows turning turn turns stretching stretches passing pass
    facing seen filled fills filling covered covering covers surrounded rolling running running
    crossing reaching leading leads holding hold waiting waits breaking catching slowly softly
    barely gently quietly nearly time day's season summer autumn moment first last key warmly hour
    energy calmness vivid rich muted saturated desaturated bold subtle delicate smooth sharp
    itself me us them about how once beside inside outside clip story lot lots set make makes show
    shows
    shown
see want please something everything go goes going begin begins end ends come comes fast slow nice
run runs bright strong hard even diffused practical lamplight shade sheltered trip raised bluish
reflecting reflected reflection mirrored shining shines shine gleaming glinting sparkling
scale edges raw energetic glossy faded film handmade honest airy focus lamplit painterly
balanced candlelit personal observed detail story clean floor home sun flickering
ornate controlled underlit exact
grindhouse minimalist minimalism minimal unposed handcrafted trick tricks textured textural
symmetrical pastel storybook flatness format realism realist immense surveillance futuristic
precise dread sickly explosive dynamic venetian skin sensual tropical relaxed level black white
palette pale dusty burnt electric light profile framed framing
"""
"""Words that carry no object: grammar, the camera's words, and what any picture may have."""

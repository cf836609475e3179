"""The words the built-in renderer understands, by what they decide. Phrases are matched longest
first; plurals and possessives are folded, so each noun stands once, in the singular.
"""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "family": {
        "alpine": "alpine|alp|mountain|mountain lake|alpine lake|peak|summit|ridge|glacier|"
        "valley|fjord|highland|cliff|canyon|crag|himalaya|andes|rockies|snowy peak|mountainside|"
        "massif|gorge|volcano|lake|tarn|mountain range|pass road|glacier wall|rock wall|"
        "mountain pass|mountain valley|sea of fog|mountain ridge|snowy summit",
        "ocean": "ocean|sea|seaside|shore|coast|beach|bay|harbour|harbor|island|lagoon|tide|surf|"
        "wave|lighthouse|horizon of water|open water|sailing|deep water|coastline|atlantic|"
        "pacific|seascape|ocean wave|sound wave of the sea|pier|horizon|headland|"
        "harbour mouth|mouth|ocean horizon|ocean bay|ocean shore|open ocean|open sea|sea stack",
        "city": "city|street|skyline|rooftop|downtown|skyscraper|urban|town|metropolis|"
        "avenue|alley|traffic|highway|building|apartment|window of the city|city light|new york|"
        "tokyo|london|paris|berlin|night city|subway|station|neon sign|neon street|block|tower|"
        "window|city crossing|neon|waterfront|city skyline|riverside",
        "forest": "forest|wood|woodland|tree|pine|fir|birch|oak|redwood|jungle|grove|thicket|"
        "canopy|undergrowth|fern|moss|trunk|clearing|glade|pine forest|forest path|"
        "rainforest|shaft|shaft of light|misty pine forest|old trunk|path to a clearing",
        "dunes": "dune|desert|sand|sahara|oasis|arid|mirage|sand dune|wasteland|badlands|mars|"
        "sandstone|mesa|caravan|gobi|outback|dune sea|crest|desert road|track|"
        "desert dune|sea of desert dune|great desert dune|sea of dune|table of rock|red rock",
        "nebula": "nebula|space|outer space|deep space|galaxy|cosmos|cosmic|universe|planet|"
        "orbit|star field|starfield|interstellar|stellar|astronaut|moon of saturn|saturn|jupiter|"
        "supernova|asteroid|comet|milky way|constellation|celestial|gas giant|void|black hole|"
        "eclipse|stardust|star|gas|spiral|arm|galaxy arm|spiral galaxy|blue planet|ringed planet",
        "neon_grid": "neon grid|synthwave|retrowave|vaporwave|outrun|cyber grid|grid|laser grid|"
        "wireframe|arcade|retro future|retro sun|digital horizon|cyberspace|tron|eighties|"
        "chrome|virtual reality|palm|striped sun|neon road|neon grid road|wire peak|wireframe peak|"
        "wireframe hill|wireframe tower|neon city|neon",
        "aurora": "aurora|northern light|polar light|aurora borealis|southern light|arctic|"
        "lapland|iceland|tundra|polar|polar night|frozen lake|ice field|icy plain|antarctic|"
        "curtain|curtain of aurora|northern sky|aurora fjord|inlet|black water|"
        "white fell|fell|under the aurora|spruce",
        "meadow": "meadow|field|grass|grassland|flower|wildflower|flower field|prairie|pasture|"
        "hill|hillside|rolling hill|countryside|farm|farmland|poppy|lavender|daisy|sunflower|"
        "wheat|barley|garden|spring|vineyard|orchard|heath|moor|steppe|plain|lone tree|village|"
        "country road|tulip|clover|park|grass sea|road|path|meadow hill",
        "stage": "stage|concert|crowd|audience|festival|spotlight|arena|club|theatre|theater|"
        "concert hall|live show|stage light|dance floor|rave|gig|auditorium|stadium|mosh pit|"
        "light show|disco|performance|beam|light beam|raised hand|"
        "festival stage|concert stage",
        "abstract": "abstract|silk|ink|fluid|liquid|satin|fabric|smoke|shape|pattern|ribbon|"
        "light band|color field|abstract field|unfolding|colour field|marble|veil|cloth|"
        "geometric|prism|fractal|ink in water|flowing paint|swirl|kaleidoscope|pure light|"
        "light ray|geometry|oil paint|velvet|fold|light trail|glass pane|pane",
    },
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
        "raindrop|puddle",
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
        "band": "band|musician|guitarist|drummer|rock band|group on stage|performer|orchestra|"
        "singer and band|quartet|player",
        "dancer": "dancer|ballerina|dancing|ballet|dancing figure|dancing woman|dancing man|dance",
    },
}
"""slot -> value -> phrases, parted by bars."""

FAINT = (
    "star horizon mouth window tower track path road crest arm gas beam shaft curtain inlet "
    "neon spiral tree hill fold shape pattern moss trunk"
)
"""Words of a place that other places have too: they decide only where nothing better is said."""

COMPOSITIONS: dict[str, dict[str, int]] = {
    "alpine": {
        "lake": 0,
        "alpine lake": 0,
        "mountain lake": 0,
        "tarn": 0,
        "fjord": 0,
        "sea of fog": 1,
        "ridge": 1,
        "mountain ridge": 1,
        "mountain range": 1,
        "mountain pass": 1,
        "summit": 2,
        "snowy summit": 2,
        "peak": 2,
        "mountain valley": 2,
        "valley": 2,
    },
    "ocean": {
        "open ocean": 0,
        "open sea": 0,
        "horizon": 0,
        "open water": 0,
        "sailing": 0,
        "bay": 1,
        "ocean bay": 1,
        "headland": 1,
        "harbour": 1,
        "harbor": 1,
        "coast": 1,
        "shore": 1,
        "beach": 1,
        "ocean shore": 1,
        "sea stack": 2,
        "surf": 2,
    },
    "city": {
        "rooftop": 0,
        "street": 1,
        "avenue": 1,
        "alley": 1,
        "traffic": 1,
        "city crossing": 1,
        "downtown": 1,
        "skyline": 2,
        "city skyline": 2,
        "waterfront": 2,
        "riverside": 2,
    },
    "forest": {
        "trunk": 0,
        "old trunk": 0,
        "grove": 0,
        "redwood": 0,
        "pine forest": 1,
        "misty pine forest": 1,
        "pine": 1,
        "fir": 1,
        "path": 2,
        "forest path": 2,
        "clearing": 2,
        "glade": 2,
    },
    "dunes": {
        "dune sea": 0,
        "sea of dune": 0,
        "sea of desert dune": 0,
        "crest": 1,
        "great desert dune": 1,
        "mesa": 2,
        "badlands": 2,
        "sandstone": 2,
        "table of rock": 2,
        "red rock": 2,
        "canyon": 2,
    },
    "neon_grid": {
        "striped sun": 0,
        "palm": 0,
        "wireframe tower": 1,
        "neon city": 1,
        "wire peak": 2,
        "wireframe peak": 2,
        "wireframe hill": 2,
    },
    "aurora": {
        "frozen lake": 0,
        "fell": 1,
        "white fell": 1,
        "tundra": 1,
        "clearing": 2,
        "spruce": 2,
    },
    "stage": {
        "concert stage": 0,
        "light beam": 0,
        "spotlight": 1,
        "theatre": 1,
        "festival": 2,
        "festival stage": 2,
    },
    "nebula": {
        "planet": 0,
        "moon": 0,
        "ring": 1,
        "ringed planet": 1,
        "saturn": 1,
        "gas giant": 1,
        "galaxy": 2,
        "deep space": 2,
        "nebula": 2,
        "eclipse": 3,
        "black hole": 3,
    },
    "abstract": {
        "silk": 0,
        "satin": 0,
        "velvet": 0,
        "cloth": 0,
        "fabric": 0,
        "ribbon": 1,
        "fold": 1,
        "veil": 1,
        "ink": 2,
        "ink in water": 2,
        "smoke": 2,
        "swirl": 2,
        "geometric": 3,
        "geometry": 3,
        "light band": 3,
        "prism": 3,
        "light ray": 3,
    },
    "meadow": {
        "flower": 0,
        "wildflower": 0,
        "flower field": 0,
        "poppy": 0,
        "meadow": 0,
        "lone tree": 1,
        "tree": 1,
        "oak": 1,
        "hill": 2,
        "rolling hill": 2,
        "countryside": 2,
        "prairie": 2,
    },
}
"""family -> phrase -> number of the composition that shows it."""

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
balanced candlelit personal observed detail story fairy tale ornate controlled underlit exact
grindhouse minimalist minimalism minimal unposed handcrafted trick tricks textured textural
symmetrical pastel storybook flatness format realism realist immense surveillance futuristic
precise dread sickly explosive dynamic venetian skin sensual tropical relaxed level black white
palette pale dusty burnt electric light profile framed framing
"""
"""Words that carry no object: grammar, the camera's words, and what any picture may have."""

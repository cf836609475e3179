"""Places in words: what means a scene family, what chooses one of its compositions, and things that
lie at a place though no picture of ours shows them. Nouns stand in the singular.
"""

from __future__ import annotations

PLACES: dict[str, str] = {
    "street": "street|side street|back street|backstreet|alley|alleyway|narrow alley|"
    "crosswalk|zebra crossing|city crossing|road crossing|intersection|sidewalk|pavement|"
    "asphalt|wet asphalt|wet street|wet pavement|rainy street|rainy city|"
    "rain soaked street|city street|street corner|lamplit street|street lamp|street light|"
    "streetlight|lamp post|lamppost|neon sign|neon lit|neon lit alley|neon lit street|"
    "neon alley|neon street|shop window|shop front|shopfront|storefront|night market|"
    "traffic|traffic light|headlight|tail light|taillight|tokyo|shibuya|shinjuku|osaka|"
    "kyoto street|seoul|chinatown|blade runner|rainy crossing|tokyo crossing|"
    "rainy tokyo crossing|tram stop|kerb|curb|street crossing|neon light|street canyon|"
    "red light district|umbrella|red umbrella|lantern|paper lantern|bookshop|bookstore|boutique|"
    "window shopping|busker|street musician|high street|boulevard|walking home",
    "underwater": "underwater|under water|undersea|under the sea|under the ocean|"
    "beneath the sea|beneath the wave|below the wave|under the wave|below the surface|"
    "beneath the surface|under the surface|surface from below|deep sea|seabed|sea bed|"
    "sea floor|ocean floor|reef|coral|coral reef|kelp|kelp forest|seaweed|fish|shoal|"
    "shoal of fish|school of fish|submerged|drowned|drowning|sunken|abyss|scuba|diving|"
    "underwater light|light below the surface|tropical fish|aquarium|swimming|swim|"
    "deep blue sea|bubble|jellyfish|glowing deep|diver|freediver|turtle|god ray in water|"
    "snorkelling|snorkeling|looking up from below|sinking|sea turtle|manta ray|"
    "underwater forest|sea grass|medusa|bioluminescence|trench|glowing creature|the deep",
    "interior": "room|empty room|interior|indoor|bedroom|living room|loft|empty loft|"
    "hotel room|motel room|hallway|corridor|doorway|window|tall window|window light|"
    "window frame|windowsill|window sill|blind|venetian blind|apartment|empty apartment|"
    "flat|empty house|studio apartment|warehouse|hall|floorboard|wooden floor|"
    "rain on the window|rain against the glass|dust in the light|sunlit room|wall|ceiling|"
    "curtain in the wind|inside a room|old house|ballroom|library|cafe|hotel|"
    "old hotel|studio|mansion|drawing room|salon|lamplit room|seat by the window|bare room|"
    "bare wall|light on the wall|palace|empty ballroom|bookshelf|chair|sofa|couch|armchair|"
    "lamp",
    "geometry": "geometry|geometric|geometric shape|op art|optical art|optical illusion|"
    "bauhaus|constructivist|constructivism|suprematist|mondrian|bridget riley|vasarely|"
    "pattern|stripe|striped|checkerboard|chessboard|concentric|concentric circle|circle|"
    "ring of circle|triangle|cube|hexagon|polygon|square|shape|bright shape|moire|halftone|"
    "typographic|typography|letter|poster|swiss poster|graphic design|memphis design|"
    "tessellation|zigzag|bending stripe|geometric op art|geometric field|geometric block|"
    "poster type|sphere|lattice|tile|half circle|tunnel of frame|turned frame|huge letter|"
    "bauhaus tile|op art sphere|bulge|dot|mosaic|mid century|infinity|portal|vortex|arch|"
    "line|zebra stripe|glyph|letterform|paper cut|kaleidoscope",
    "alpine": "alpine|alp|mountain|mountain lake|alpine lake|peak|summit|ridge|glacier|"
    "valley|fjord|highland|cliff|canyon|crag|himalaya|andes|rockies|snowy peak|"
    "mountainside|massif|gorge|lake|tarn|mountain range|pass road|glacier wall|rock wall|"
    "mountain pass|mountain valley|sea of fog|mountain ridge|snowy summit|mountaintop|"
    "dolomite|above the cloud|mountain top|highland lake|snow capped mountain|"
    "snow capped peak|mont blanc|patagonia",
    "ocean": "ocean|sea|seaside|shore|coast|beach|bay|harbour|harbor|island|lagoon|tide|"
    "surf|wave|horizon of water|open water|sailing|deep water|coastline|atlantic|pacific|"
    "seascape|ocean wave|horizon|headland|harbour mouth|mouth|ocean horizon|ocean bay|"
    "ocean shore|open ocean|open sea|sea stack|cove|mediterranean|caribbean|marina|"
    "tropical beach|sandy beach|rocky coast|sea cliff|water|swell|baltic|cape|seashore|"
    "sea shore|bay of the sea",
    "city": "city|skyline|rooftop|downtown|skyscraper|urban|town|metropolis|avenue|"
    "building|city light|new york|london|paris|berlin|night city|block|tower|waterfront|"
    "city skyline|riverside|megacity|high rise|boulevard|chicago|shanghai|hong kong|"
    "penthouse|suburb|cityscape|night skyline|tall building|glass tower|manhattan",
    "forest": "forest|wood|woodland|tree|pine|fir|birch|oak|redwood|jungle|grove|thicket|"
    "canopy|undergrowth|fern|moss|trunk|clearing|glade|pine forest|forest path|rainforest|"
    "shaft|shaft of light|misty pine forest|old trunk|path to a clearing|enchanted forest|"
    "bamboo|sunbeam|jungle path|light shaft|light through the tree|mangrove|autumn wood",
    "dunes": "dune|desert|sand|sahara|arid|mirage|sand dune|wasteland|badlands|mars|"
    "sandstone|mesa|gobi|outback|dune sea|crest|desert dune|sea of desert dune|"
    "great desert dune|sea of dune|table of rock|red rock|death valley|arizona|nevada|"
    "mojave|salt flat|dry land|sandstorm|monument valley",
    "nebula": "nebula|space|outer space|deep space|galaxy|cosmos|cosmic|universe|planet|"
    "orbit|star field|starfield|interstellar|stellar|moon of saturn|saturn|jupiter|"
    "supernova|milky way|constellation|celestial|gas giant|void|black hole|eclipse|"
    "stardust|star|gas|spiral|arm|galaxy arm|spiral galaxy|blue planet|ringed planet|"
    "zero gravity|solar system|orion|andromeda|big bang|earth from space|red planet|"
    "gas cloud|orbital|moonwalk",
    "neon_grid": "neon grid|synthwave|retrowave|vaporwave|outrun|cyber grid|grid|"
    "laser grid|wireframe|retro future|retro sun|digital horizon|cyberspace|tron|eighties|"
    "virtual reality|palm|striped sun|neon road|neon grid road|wire peak|wireframe peak|"
    "wireframe hill|wireframe tower|neon city|neon|retro eighties|video game|digital world|"
    "cyber|cyberpunk|laser|eighty|80|80s|neon light|virtual",
    "aurora": "aurora|northern light|polar light|aurora borealis|southern light|arctic|"
    "lapland|iceland|tundra|polar|polar night|frozen lake|ice field|icy plain|antarctic|"
    "curtain|curtain of aurora|northern sky|aurora fjord|inlet|black water|white fell|fell|"
    "under the aurora|spruce|greenland|norway|siberia|ice|ice sheet|frozen sea|polar sky|"
    "northern|borealis|frozen",
    "meadow": "meadow|field|grass|grassland|flower|wildflower|flower field|prairie|pasture|"
    "hill|hillside|rolling hill|countryside|farmland|poppy|lavender|daisy|sunflower|wheat|"
    "barley|garden|spring|vineyard|orchard|heath|moor|steppe|plain|lone tree|tulip|clover|"
    "grass sea|road|meadow hill|moorland|picnic|wheat field|barley field|lavender field|"
    "poppy field|sunflower field|summer field|green hill|blossom|flower meadow|pampas",
    "stage": "stage|concert|crowd|audience|festival|spotlight|arena|club|theatre|theater|"
    "concert hall|live show|stage light|dance floor|rave|gig|auditorium|stadium|mosh pit|"
    "light show|disco|performance|beam|light beam|raised hand|festival stage|concert stage|"
    "nightclub|on stage|moving head|rock show|live music|rave light|laser show",
    "abstract": "abstract|silk|ink|fluid|liquid|satin|fabric|smoke|ribbon|light band|"
    "color field|abstract field|unfolding|colour field|marble|veil|cloth|prism|fractal|"
    "ink in water|flowing paint|swirl|pure light|light ray|oil paint|velvet|fold|"
    "light trail|glass pane|pane|marbled|psychedelic|paint|watercolour|watercolor|flow|"
    "flow field|flowing silk|liquid light|lava lamp|pane of abstract light|ribbon of light|"
    "panes of light|texture|abstract light",
}
"""family -> phrases, parted by bars."""

THINGS: dict[str, str] = {
    "alpine": "castle|fortress|waterfall|cable car|ski|skier|chalet|monastery|goat|volcano|"
    "lava|dam|funicular",
    "ocean": "lighthouse|pier|jetty|dock|wharf|anchor|dolphin|surfer|surfboard|"
    "seashell|pirate|ferry|buoy|lobster|crab|fishing net|swimmer|oil rig|cruise liner",
    "underwater": "mermaid|whale|shark|octopus|submarine|shipwreck|treasure|anchor chain|"
    "stingray|manta|seahorse|squid|atlantis|starfish|pool tile",
    "city": "bridge|church|cathedral|clock tower|statue|fountain|billboard|helicopter|"
    "ferris wheel|airport|highway|overpass|eiffel tower|big ben|police|hospital|school|"
    "elevator|cable bridge|tower bridge|golden gate",
    "street": "subway|metro|station|train station|tram|bus|motorcycle|motorbike|scooter|"
    "bicycle|bike|phone booth|vending machine|restaurant|graffiti|ambulance|rickshaw|"
    "bus stop",
    "forest": "wolf|bear|fox|owl|cabin|treehouse|mushroom|squirrel|stream|brook|river|"
    "campfire|tent|bonfire|elf|witch|wolve|hut|ruin",
    "dunes": "camel|pyramid|cactus|sphinx|oasis|caravan|cowboy|snake|scorpion|temple|"
    "gas station|motel|tumbleweed|rattlesnake|saloon",
    "nebula": "spaceship|spacecraft|starship|rocket|satellite|astronaut|ufo|alien|"
    "space station|asteroid|comet|meteor|moon base|telescope|wormhole",
    "neon_grid": "arcade|robot|cyborg|android|hacker|computer|spaceship cockpit|delorean|joystick",
    "aurora": "igloo|sled|sledge|husky|polar bear|penguin|iceberg|walrus|icebreaker",
    "meadow": "horse|house|barn|farm|farmhouse|windmill|tractor|scarecrow|cow|sheep|fence|"
    "butterfly|bee|rabbit|swing|cottage|village|greenhouse|kite|haystack|park|bench",
    "stage": "guitar|microphone|piano|drum|saxophone|violin|cello|trumpet|trombone|"
    "disc jockey|turntable|keyboard|circus|choir|amplifier|disco ball",
    "interior": "attic|staircase|stair|kitchen|candle|mirror|table|book|clock|television|"
    "fireplace|bathtub|painting|typewriter|record player|radio|telephone|vase|bed|desk|door|cat|"
    "bathroom|wine|bar|cigarette|photograph album|chandelier",
    "geometry": "dice|chess piece|playing card|escher staircase|rubik cube|number|mandala|"
    "impossible figure|penrose triangle|isometric cube",
}
"""family -> nouns that lead there where nothing better is said, and are told as not drawn."""

SHOWS_TOO: dict[str, tuple[str, ...]] = {"street": ("city",), "underwater": ("ocean",)}
"""family -> families whose words it also answers: who sees a street sees the city."""

FAINT = (
    "arc arch arm beam block bubble chair circle coral corner crest curtain dot flat flow "
    "fold frozen gas hall hill horizon infinity inlet lamp lattice lavender letter line moss "
    "mouth neon northern number palace palm pane pass path pattern plain portal ring road "
    "salon sand shaft shape sinking sphere spiral square star studio surface tile tower track "
    "tree trench trunk tunnel vortex wall water "
)
"""Words of a place that other places have too: they decide only where nothing better is said."""

COMPOSITIONS: dict[str, dict[str, int]] = {
    "alpine": {
        "lake": 0,
        "alpine lake": 0,
        "mountain lake": 0,
        "tarn": 0,
        "fjord": 0,
        "highland lake": 0,
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
        "snowy peak": 2,
        "snow capped peak": 2,
    },
    "ocean": {
        "open ocean": 0,
        "open sea": 0,
        "horizon": 0,
        "open water": 0,
        "sailing": 0,
        "horizon of water": 0,
        "ocean horizon": 0,
        "bay": 1,
        "ocean bay": 1,
        "headland": 1,
        "harbour": 1,
        "harbor": 1,
        "coast": 1,
        "shore": 1,
        "beach": 1,
        "ocean shore": 1,
        "harbour mouth": 1,
        "tropical beach": 1,
        "sandy beach": 1,
        "rocky coast": 1,
        "sea shore": 1,
        "bay of the sea": 1,
        "sea stack": 2,
        "surf": 2,
    },
    "city": {
        "rooftop": 0,
        "avenue": 1,
        "downtown": 1,
        "tall building": 1,
        "boulevard": 1,
        "skyline": 2,
        "city skyline": 2,
        "waterfront": 2,
        "riverside": 2,
        "night skyline": 2,
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
        "path to a clearing": 2,
        "jungle path": 2,
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
        "blue planet": 0,
        "red planet": 0,
        "ring": 1,
        "ringed planet": 1,
        "saturn": 1,
        "gas giant": 1,
        "galaxy": 2,
        "deep space": 2,
        "nebula": 2,
        "galaxy arm": 2,
        "spiral galaxy": 2,
        "eclipse": 3,
        "black hole": 3,
    },
    "abstract": {
        "silk": 0,
        "satin": 0,
        "velvet": 0,
        "cloth": 0,
        "fabric": 0,
        "flowing silk": 0,
        "ribbon": 1,
        "fold": 1,
        "veil": 1,
        "ribbon of light": 1,
        "ink": 2,
        "ink in water": 2,
        "smoke": 2,
        "swirl": 2,
        "light band": 3,
        "prism": 3,
        "light ray": 3,
        "pane": 3,
        "glass pane": 3,
        "pane of abstract light": 3,
        "panes of light": 3,
    },
    "meadow": {
        "flower": 0,
        "wildflower": 0,
        "flower field": 0,
        "poppy": 0,
        "meadow": 0,
        "poppy field": 0,
        "flower meadow": 0,
        "lone tree": 1,
        "tree": 1,
        "oak": 1,
        "hill": 2,
        "rolling hill": 2,
        "countryside": 2,
        "prairie": 2,
        "green hill": 2,
    },
    "street": {
        "street canyon": 0,
        "city street": 0,
        "wet street": 0,
        "neon street": 0,
        "street lamp": 0,
        "street light": 0,
        "streetlight": 0,
        "avenue": 0,
        "shop window": 1,
        "shop front": 1,
        "shopfront": 1,
        "storefront": 1,
        "pavement": 1,
        "sidewalk": 1,
        "wet pavement": 1,
        "bookshop": 1,
        "bookstore": 1,
        "boutique": 1,
        "window shopping": 1,
        "tram": 2,
        "crosswalk": 2,
        "zebra crossing": 2,
        "city crossing": 2,
        "street crossing": 2,
        "road crossing": 2,
        "intersection": 2,
        "rainy city crossing": 2,
        "rainy crossing": 2,
        "tokyo crossing": 2,
        "rainy tokyo crossing": 2,
        "shibuya": 2,
        "lantern": 3,
        "paper lantern": 3,
        "alley": 3,
        "alleyway": 3,
        "narrow alley": 3,
        "neon alley": 3,
        "neon lit alley": 3,
        "backstreet": 3,
        "night market": 3,
    },
    "underwater": {
        "reef": 0,
        "coral": 0,
        "coral reef": 0,
        "valley of coral": 0,
        "seabed": 0,
        "ocean floor": 0,
        "sea floor": 0,
        "school of fish": 0,
        "god ray in water": 0,
        "snorkelling": 0,
        "snorkeling": 0,
        "surface from below": 1,
        "looking up": 1,
        "under the surface": 1,
        "below the surface": 1,
        "light below the surface": 1,
        "looking up from below": 1,
        "freediver": 1,
        "diver": 1,
        "sinking": 1,
        "sea turtle": 1,
        "manta ray": 1,
        "kelp": 2,
        "kelp forest": 2,
        "seaweed": 2,
        "underwater forest": 2,
        "sea grass": 2,
        "jellyfish": 3,
        "glowing deep": 3,
        "deep sea": 3,
        "abyss": 3,
        "medusa": 3,
        "bioluminescence": 3,
        "trench": 3,
        "glowing creature": 3,
        "the deep": 3,
    },
    "interior": {
        "living room": 0,
        "drawing room": 0,
        "salon": 0,
        "apartment": 0,
        "empty apartment": 0,
        "lamplit room": 0,
        "library": 0,
        "bookshelf": 0,
        "sofa": 0,
        "couch": 0,
        "armchair": 0,
        "hallway": 1,
        "corridor": 1,
        "loft": 1,
        "empty loft": 1,
        "studio": 1,
        "warehouse": 1,
        "window": 2,
        "tall window": 2,
        "seat by the window": 2,
        "windowsill": 2,
        "rain on the window": 2,
        "window frame": 2,
        "window sill": 2,
        "ballroom": 3,
        "hall": 3,
        "mansion": 3,
        "palace": 3,
        "empty ballroom": 3,
        "bedroom": 4,
        "blind": 4,
        "venetian blind": 4,
        "empty room": 4,
        "bare room": 4,
        "bare wall": 4,
        "wall": 4,
        "window light": 4,
        "dust in the light": 4,
        "light on the wall": 4,
    },
    "geometry": {
        "op art": 0,
        "sphere": 0,
        "lattice": 0,
        "vasarely": 0,
        "optical illusion": 0,
        "geometric op art": 0,
        "op art sphere": 0,
        "bulge": 0,
        "checkerboard": 0,
        "dot": 0,
        "bauhaus": 1,
        "tile": 1,
        "half circle": 1,
        "arc": 1,
        "square": 1,
        "bauhaus tile": 1,
        "mosaic": 1,
        "pattern": 1,
        "mid century": 1,
        "kaleidoscope": 1,
        "tunnel": 2,
        "tunnel of frame": 2,
        "turned frame": 2,
        "cube": 2,
        "infinity": 2,
        "portal": 2,
        "concentric": 2,
        "hexagon": 2,
        "vortex": 2,
        "arch": 2,
        "stripe": 3,
        "bending stripe": 3,
        "bridget riley": 3,
        "moire": 3,
        "line": 3,
        "zebra stripe": 3,
        "typographic": 4,
        "typography": 4,
        "letter": 4,
        "poster": 4,
        "poster type": 4,
        "huge letter": 4,
        "swiss poster": 4,
        "glyph": 4,
        "letterform": 4,
        "paper cut": 4,
    },
}
"""family -> phrase -> number of the composition that shows it."""

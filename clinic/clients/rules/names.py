"""Names as they are compared: folded, split into words, with the nicknames people go by."""

import re
import unicodedata

# Letters that are no accented form of another letter for Unicode, but are typed as one.
LOOK_ALIKES = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)
NOT_A_WORD = re.compile(r"[\W_]+")

# Each line is one name in its common English or Spanish short forms.
NICKNAMES = tuple(
    frozenset(line.split())
    for line in """
    abigail abby gail
    adalberto beto
    alberto beto
    alejandro alex ale
    alexander alex al sasha xander
    alexandra alex sandra sasha
    alfonso poncho
    andrea andy
    andrew andy drew
    anthony tony
    antonio tony tono
    barbara barb barbie
    beatriz bea
    benjamin ben benny
    carlos charlie
    carmen carmela
    catherine katherine kathryn cathy kathy kate katie cat kat
    charles charlie chuck
    christina tina chris christy
    christine tina chris christy
    christopher chris kit
    concepcion concha conchita
    consuelo chelo
    cynthia cindy
    daniel dan danny dani
    david dave davey
    deborah debra deb debbie
    dolores lola
    donald don donnie
    dorothy dot dottie
    edward ed eddie ted teddy ned
    eduardo lalo edu
    eleanor ellie nora
    elizabeth liz lizzie beth betty betsy eliza lisa libby
    enrique kike quique
    esperanza espe
    eugenia gena maru
    fernando nando fer
    francisca paca paquita
    francisco paco pancho curro cisco kiko
    frances fran frannie
    frederick fred freddie freddy
    gabriel gabe gabi
    gabriela gabi gaby
    gerald gerry jerry
    gilberto beto gil
    gregory greg
    gregorio goyo
    guadalupe lupe lupita
    guillermo memo guille
    gustavo gus tavo
    henry hank harry
    humberto beto
    ignacio nacho
    isabel chabela isa
    jacob jake
    james jim jimmy jamie
    janet jan
    jeffrey geoffrey jeff geoff
    jennifer jen jenny
    jessica jess jessie
    jesus chuy chucho
    john jack johnny
    jonathan jon jonny
    jorge coque
    jose pepe chepe
    joseph joe joey
    josephine jo josie
    joshua josh
    juan juanito
    judith judy
    kenneth ken kenny
    kimberly kim
    lawrence larry
    leonard leo len lenny
    leticia lety
    louis lou louie
    luis lucho
    manuel manny manolo
    marcos marco
    margaret maggie meg peg peggy marge rita
    margarita rita
    maria mari maru
    mariaeugenia maru
    matthew matt
    mercedes meche merche
    michael mike mick mickey
    miguel mike
    nathaniel nathan nate
    nicholas nick nicky
    nicolas nico
    octavio tavo
    pamela pam
    patricia pat patty tricia trish
    patrick pat
    pedro perico
    peter pete
    philip phil
    rachael rachel rae
    rafael rafa
    raymond ray
    rebecca becky becca
    refugio cuca
    ricardo rick ricky
    richard rick rich dick ricky
    robert bob bobby rob robbie bert
    roberto beto bobby
    rodrigo rigo
    ronald ron ronnie
    rosario chayo
    rosa rosie rosita
    samantha sam
    samuel sam sammy
    sandra sandy
    santiago santi diego
    sebastian seb bastian
    sergio checo
    sofia sofi
    stephanie steph
    stephen steven steve
    susan sue susie
    suzanne sue suzy
    teresa tere
    theodore ted teddy theo
    theresa teresa terry tess
    thomas tom tommy
    timothy tim
    tomas tommy
    valentina vale
    victoria vicky tori
    vicente chente
    vincent vince vinny
    virginia ginny
    walter walt
    william will bill billy liam
    yolanda yoli
    zachary zach zack
    """.strip().splitlines()
)


def folded(text: str) -> str:
    """Lower case, accents off, single spaces between words; letters of every script are kept."""
    # Taken apart first: some letters of mathematics have a lower case only once they are plain letters.
    lower = unicodedata.normalize("NFKD", text.casefold()).casefold()
    plain = unicodedata.normalize("NFKD", lower).translate(LOOK_ALIKES)
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", letters)).split())


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared; O'Brien and Smith-Jones are found whole and in parts."""
    words: list[str] = []
    for piece in name.split():
        parts = folded(piece).split()
        words += [*parts, "".join(parts)] if len(parts) > 1 else parts
    return tuple(dict.fromkeys(words))


def nicknames_of(word: str) -> frozenset[str]:
    """Every other form of a given name, both ways: Bob finds Robert and Robert finds Bob."""
    return frozenset().union(*(names for names in NICKNAMES if word in names)) - {word}

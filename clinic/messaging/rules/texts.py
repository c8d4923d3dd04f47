"""What a message may say: a neutral sender, a neutral sentence, a link. Never a name, drug, diagnosis or specialty."""

from enum import StrEnum

from clinic.core.rules import RuleBroken

SMS_PART = 160
# GSM 03.38, the alphabet in which one part holds 160 signs; signs of its extension count twice.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€")
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP"})
HOW_TO_STOP = {"en": "Reply STOP to end", "es": "Responda STOP para terminar"}
TOO_LONG = f"The SMS is longer than one part ({SMS_PART} signs): shorten the sender's name or the site's address."
EMAIL_BODY = {
    "en": "Hello,\n\n{words}\n\n{link}\n\nThe link is for you alone and {how_long}. "
    "If you would rather not get these e-mails, tell us: {phone}.\n\n{sender}\n",
    "es": "Hola:\n\n{words}\n\n{link}\n\nEl enlace es solo para usted y {how_long}. "
    "Si prefiere no recibir estos correos, avísenos: {phone}.\n\n{sender}\n",
}


class InboundWord(StrEnum):
    """What somebody meant who wrote back."""

    STOP = "stop"
    START = "start"
    OTHER = "other"


def language_of(code: str) -> str:
    """The language a text is written in: Spanish for es, es-MX and so on, else English."""
    return "es" if code.lower().split("-")[0] == "es" else "en"


def gsm_length(text: str) -> int:
    """How much of an SMS part a text takes; RuleBroken if a sign would make the whole text cost double."""
    strange = sorted(set(text) - GSM_BASIC - GSM_EXTENDED)
    if strange:
        raise RuleBroken(f"An SMS cannot hold {' '.join(strange)} in one part.")
    return sum(2 if sign in GSM_EXTENDED else 1 for sign in text)


def sms_text(*, sender: str, words: str, link: str, language: str) -> str:
    """One SMS of one part (160 signs of the GSM alphabet); where the sentence does not fit, the link stands alone."""
    stop = HOW_TO_STOP[language]
    for text in (
        f"{sender}: {words} {link} {stop}",
        f"{sender}: {link} {stop}",
        f"{sender}: {link} {HOW_TO_STOP['en']}",
    ):
        if gsm_length(text) <= SMS_PART:
            return text
    raise RuleBroken(TOO_LONG)


def email_text(*, sender: str, words: str, link: str, how_long: str, language: str, phone: str) -> str:
    """The body of an e-mail in plain text."""
    return EMAIL_BODY[language].format(words=words, link=link, how_long=how_long, sender=sender, phone=phone)


def staff_text(*, sender: str, words: str, link: str) -> str:
    """What a member of staff is told, by e-mail or in one SMS part: sender, neutral words, a link behind sign-in."""
    text = f"{sender}: {words} {link}"
    if gsm_length(text) > SMS_PART:
        raise RuleBroken(TOO_LONG)
    return text


def read_word(text: str) -> InboundWord:
    """Read an answer to an SMS: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END or QUIT end, START or UNSTOP resume.

    In any case, with any spaces and a full stop; a sentence that only holds such a word is for a person to read.
    """
    word = "".join(text.split()).rstrip(".!").upper()
    if word in STOP_WORDS:
        return InboundWord.STOP
    return InboundWord.START if word in START_WORDS else InboundWord.OTHER

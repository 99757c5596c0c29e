"""The closed list of what the desk says of its own: greetings, hand-overs, refusals. No facts here."""

from __future__ import annotations

import re

from bot.records import Language

TEXTS: dict[str, dict[Language, str]] = {
    "greeting": {
        "zh": "您好，关于您的问题：",
        "en": "Hello, here is what past tickets say (support wrote in Chinese):",
    },
    "near": {
        "zh": "过往工单里没有完全相同的情况，下面是最接近的说明，供您参考：",
        "en": "No past ticket is quite the same; these are the closest explanations (in Chinese):",
    },
    "person_step": {
        "zh": "其中需要客服操作的步骤，可以点击“转人工”由客服处理。",
        "en": "Steps that only support can do are handled by a person: use “Talk to a person”.",
    },
    "uncovered": {
        "zh": "关于“$part”，过往工单里没有可靠的说明，可以由人工客服确认。",
        "en": "On “$part” past tickets hold nothing reliable; a person from support can check it.",
    },
    "handoff": {"zh": "这个问题需要由人工客服处理。", "en": "This needs a person from support."},
    "asked": {"zh": "好的，这里可以转接人工客服。", "en": "Of course, you can talk to a person."},
    "thin": {
        "zh": "抱歉，过往工单里没有能够可靠回答这个问题的内容，建议由人工客服确认。",
        "en": "Sorry, past tickets hold no reliable answer to this; a person from support can check it.",
    },
    "disputed": {
        "zh": "关于这一点，过往工单里的说法不一致，需要人工客服确认。",
        "en": "Past tickets disagree on this point; a person from support should confirm it.",
    },
    "repeated": {
        "zh": "前面的回复没有解决这个问题，由人工客服来看更合适。",
        "en": "The replies so far did not solve this; a person from support should look at it.",
    },
    "can": {"zh": "人工客服可以$can。", "en": "Support can $can."},
    "needs": {"zh": "为了更快处理，请准备好：$needs。", "en": "Please have ready: $needs."},
    "how": {
        "zh": "人工客服会看到这段对话，不需要重复说明；不需要人工时可以随时取消。",
        "en": "Support will see this conversation, so nothing needs repeating; you can cancel at any time.",
    },
    "waiting": {
        "zh": "这段对话正在等待人工客服。您可以继续补充信息，也可以继续提问，或者取消转人工。",
        "en": "This conversation is waiting for a person. You can add details, ask on, or cancel.",
    },
    "declined": {
        "zh": "抱歉，我只能回答与云产品使用、账单和工单有关的问题。",
        "en": "Sorry, I can only help with questions about our cloud products, bills and tickets.",
    },
    "clarify_hail": {
        "zh": "您好，请问您想咨询什么问题？",
        "en": "Hello, what would you like to ask?",
    },
    "clarify_thank": {
        "zh": "不客气。如果还有其他问题，可以继续提问。",
        "en": "You are welcome. Please ask if there is anything else.",
    },
    "clarify_product": {
        "zh": "请问您说的是哪个产品：$options？",
        "en": "Which product is it: $options?",
    },
    "clarify_sdk": {
        "zh": "请问您用的是哪种语言的 SDK：$options？",
        "en": "Which SDK do you use: $options?",
    },
    "clarify_domain": {
        "zh": "请问您说的是哪种域名：$options？",
        "en": "Which kind of domain is it: $options?",
    },
    "dear": {"zh": "您好：", "en": "Hello,"},
    "dear_gentle": {
        "zh": "您好，感谢您的联系，给您带来的不便非常抱歉。",
        "en": "Hello, thank you for writing, and we are sorry for the trouble this causes you.",
    },
    "letter_told": {"zh": "关于您反馈的问题，说明如下：", "en": "About your question:"},
    "letter_near": {
        "zh": "关于您反馈的问题，下面是最接近的说明，供您参考：",
        "en": "About your question, these are the closest explanations we have:",
    },
    "letter_quote": {"zh": "原文", "en": "support's words, in Chinese"},
    "letter_slot": {
        "zh": "【处理结果：由客服确认后填写】",
        "en": "(Result: to be filled in by support once confirmed)",
    },
    "letter_ask": {"zh": "为了进一步排查，麻烦您提供以下信息：", "en": "To look into it further, please send us:"},
    "letter_ask_gentle": {
        "zh": "如果方便的话，麻烦您补充以下信息，辛苦了：",
        "en": "When it is convenient for you, we would be grateful for:",
    },
    "letter_bare": {
        "zh": "【过往工单里没有可靠的说明：由客服补充】",
        "en": "(Past tickets hold nothing reliable: to be filled in by support)",
    },
    "letter_end": {
        "zh": "如果还有其他疑问，请直接在本工单中回复，谢谢。",
        "en": "If anything is still open, please reply to this ticket. Thank you.",
    },
    "letter_end_gentle": {
        "zh": "感谢您的理解与耐心。如果还有任何疑问，请随时在本工单中回复，祝您工作顺利。",
        "en": "Thank you for your patience. Please reply to this ticket at any time if anything is unclear.",
    },
    "describe": {
        "zh": "问题的文字描述：做了什么操作、期望的结果和实际的现象",
        "en": "a description in words: what was done, what was expected and what happened",
    },
    "picture_text": {"zh": "截图中的报错文字（可直接复制粘贴）", "en": "the error text in the screenshot, as text"},
    "model_failed": {
        "zh": "模型没有给出可用的回复，本回复由内置的摘录方式生成。",
        "en": "The model gave no reply that could be used; this one was put together from quotes.",
    },
    "model_thin": {
        "zh": "模型的回复大部分没有依据，已略去，并补充了过往工单的原话。",
        "en": "Most of the model's reply was not supported and left out; quotes from past tickets were added.",
    },
    "model_stopped": {
        "zh": "模型中途停止了，以上可能不是完整的回复。",
        "en": "The model stopped on the way; this may not be its whole reply.",
    },
}


def say(name: str, language: Language, **values: str) -> str:
    """One of the texts, its $variables filled."""
    text = TEXTS[name][language]
    for key, value in values.items():
        text = text.replace(f"${key}", value)
    return text


def says(name: str, text: str) -> bool:
    """Whether a text holds one of the desk's own sentences, whatever its $variables were."""
    parts = (re.split(r"\$\w+", wording) for wording in TEXTS[name].values())
    return any(all(part in text for part in wording) for wording in parts)


def language_of(text: str) -> Language:
    """English when no Chinese stands in the text and Latin words do; Chinese otherwise."""
    return "en" if re.search(r"[A-Za-z]{2,}", text) and not re.search(r"[\u3400-\u9fff]", text) else "zh"

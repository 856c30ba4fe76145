"""What a call must look like for the service that it is meant for, as that service documents it."""

import json

import standardwebhooks
from stage import Missing

SLACK_TEXT_LIMIT = 3000
SLACK_BLOCK_LIMIT = 50
TEAMS_SIZE_LIMIT = 28 * 1024


def hold(condition, sentence):
    if not condition:
        raise Missing(sentence)


def json_of(call):
    hold(call.method == "POST", f"a POST came, not {call.method}")
    hold(call.headers.get("content-type", "").startswith("application/json"),
         f"the body is JSON and says so, not {call.headers.get('content-type')}")
    return json.loads(call.body)


def slack(call):
    """Incoming webhook: a fallback text, blocks within their limits. Returns the text."""
    message = json_of(call)
    hold(isinstance(message.get("text"), str) and message["text"], "a Slack message has a fallback text")
    hold(set(message) <= {"text", "blocks", "attachments", "unfurl_links", "unfurl_media"},
         f"an incoming webhook does not know {sorted(message)}")
    blocks = message.get("blocks", [])
    hold(1 <= len(blocks) <= SLACK_BLOCK_LIMIT, f"a Slack message has 1 to {SLACK_BLOCK_LIMIT} blocks, not {len(blocks)}")
    for block in blocks:
        hold(block.get("type") in ("header", "section", "context", "divider", "actions"), f"no Block Kit block: {block}")
        for text in [block.get("text")] + block.get("fields", []) + block.get("elements", []):
            if text and text.get("type") in ("mrkdwn", "plain_text"):
                hold(0 < len(text["text"]) <= SLACK_TEXT_LIMIT, f"a text of {len(text['text'])} characters")
    return message["text"]


def teams(call):
    """Workflows webhook: one Adaptive Card in a message envelope. Returns the card's first text."""
    message = json_of(call)
    hold(len(call.body) < TEAMS_SIZE_LIMIT, "a Teams message is below 28 KB")
    hold(message.get("type") == "message", "a Teams message has type `message`")
    hold(len(message.get("attachments", [])) == 1, "a Teams message has one attachment")
    attachment = message["attachments"][0]
    hold(attachment.get("contentType") == "application/vnd.microsoft.card.adaptive", "the attachment is an Adaptive Card")
    card = attachment["content"]
    hold(card.get("type") == "AdaptiveCard" and card.get("version", "9") <= "1.5", f"an Adaptive Card up to 1.5: {card.get('version')}")
    texts = [element["text"] for element in card["body"] if element.get("type") == "TextBlock"]
    hold(texts, "the card says something")
    return texts[0]


def webhook(call, secret):
    """Signed as Standard Webhooks asks, checked by its official library. Returns the payload."""
    payload = standardwebhooks.Webhook(secret).verify(call.body, dict(call.headers))
    tampered = call.body.replace(b"production", b"developmen")
    try:
        standardwebhooks.Webhook(secret).verify(tampered, dict(call.headers))
    except standardwebhooks.WebhookVerificationError:
        return payload
    raise Missing("a tampered body must not verify")

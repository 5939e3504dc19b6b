"""Renders the golden cases of chat templates with the reference renderer, that of Hugging Face transformers.

    python -m venv venv && venv/bin/pip install transformers jinja2
    venv/bin/python golden.py FOLDER

FOLDER has the models' own templates, one file each: deepseek-r1.jinja, deepseek-r1-distill.jinja, deepseek-v3.jinja, qwen2.5.jinja
(the value of chat_template in their tokenizer_config.json). They are not part of this repository. Writes golden.json beside this script;
ChatTemplateGoldenTest renders the same cases with the templates written anew in this folder, and with FOLDER's own ones when it is started
with -Dzonefleet.templates=FOLDER.

Where the templates behind the committed golden.json came from: R1's and its distillations' are what public copies of tokenizer_config.json
agree on. Qwen2.5's is that of a public derivative with Qwen's own system message put back. V3's own was not to be had: it is R1's without
reasoning, and a line end before each further tool output. Run this again with a model's own file to be sure of that model.
"""

import hashlib
import json
import pathlib
import sys

from transformers.utils.chat_template_utils import render_jinja_template

HERE = pathlib.Path(__file__).parent
TOKENS = {
    "deepseek": {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"},
    "qwen2.5": {"bos_token": "", "eos_token": "<|im_end|>"},
}


def with_object_arguments(messages):
    """Templates that write arguments with tojson take them as objects, as transformers documents it."""
    copy = json.loads(json.dumps(messages))
    for message in copy:
        for call in message.get("tool_calls", []):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return copy


def main(folder):
    cases = json.loads((HERE / "cases.json").read_text())
    tools = json.loads((HERE / "tools.json").read_text())
    golden = []
    for path in sorted(pathlib.Path(folder).glob("*.jinja")):
        template = path.read_text()
        tokens = next(value for key, value in TOKENS.items() if path.stem.startswith(key))
        as_objects = "arguments | tojson" in template
        rendered = {}
        for case in cases:
            messages = with_object_arguments(case["messages"]) if as_objects else case["messages"]
            texts, _ = render_jinja_template(
                conversations=[messages],
                tools=tools if case.get("tools") else None,
                chat_template=template,
                add_generation_prompt=True,
                **tokens,
            )
            rendered[case["name"]] = texts[0]
        golden.append(
            {
                "template": path.stem,
                "sha256": hashlib.sha256(template.encode()).hexdigest(),
                **tokens,
                "rendered": rendered,
            }
        )
    (HERE / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

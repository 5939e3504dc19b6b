"""What OpenAI's own Python client expects of a server, asked of a pod with the tiny model.

OpenAiClientIT starts the pod (two slots, two places in the queue) and runs this with
OPENAI_BASE_URL (ending in /v1), OPENAI_API_KEY and ZONEFLEET_MODEL set.
"""

import asyncio
import json
import os
import time
import unittest
import urllib.request

import openai

MODEL = os.environ["ZONEFLEET_MODEL"]
ROOT = os.environ["OPENAI_BASE_URL"].removesuffix("/v1")
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
CONTEXT = 1024
PLACES = 4


def eventually(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not {what} after {seconds} s")
        time.sleep(0.02)


def metric(name):
    with urllib.request.urlopen(ROOT + "/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(max_retries=0)
        self.addCleanup(self.client.close)

    def chat(self, **fields):
        fields = {"model": MODEL, "messages": QUESTION, "temperature": 0} | fields
        return self.client.chat.completions.create(**fields)

    def text(self, **fields):
        fields = {"model": MODEL, "prompt": "The capital of", "temperature": 0, "max_tokens": 6} | fields
        return self.client.completions.create(**fields)


class Models(ClientTest):
    def test_the_model_is_listed_and_found(self):
        listed = list(self.client.models.list())
        self.assertEqual([MODEL], [model.id for model in listed])
        found = self.client.models.retrieve(MODEL)
        self.assertEqual("model", found.object)
        self.assertEqual(CONTEXT, found.max_model_len)

    def test_another_model_is_not_found(self):
        with self.assertRaises(openai.NotFoundError) as refused:
            self.client.models.retrieve("gpt-4")
        self.assertEqual("model_not_found", refused.exception.code)


class Chat(ClientTest):
    def test_an_answer_has_its_reasoning_apart(self):
        answer = self.chat()
        choice = answer.choices[0]
        self.assertEqual("stop", choice.finish_reason)
        self.assertEqual("assistant", choice.message.role)
        self.assertIn("Paris", choice.message.content)
        self.assertNotIn("think>", choice.message.content)
        self.assertTrue(choice.message.reasoning_content)
        usage = answer.usage
        self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
        self.assertTrue(answer.id.startswith("chatcmpl-"))
        self.assertAlmostEqual(time.time(), answer.created, delta=60)

    def test_headers_say_who_answered(self):
        raw = self.client.chat.completions.with_raw_response.create(
            model=MODEL, messages=QUESTION, max_tokens=1, extra_headers={"x-request-id": "mine-1"}
        )
        self.assertEqual("mine-1", raw.headers["x-request-id"])
        self.assertEqual("zone-a", raw.headers["x-zonefleet-zone"])
        self.assertEqual("mine-1", raw.parse()._request_id)

    def test_the_stream_is_the_same_answer(self):
        whole = self.chat()
        content, reasoning, roles, reasons, usages = "", "", [], [], []
        for chunk in self.chat(stream=True, stream_options={"include_usage": True}):
            if chunk.usage:
                usages.append(chunk.usage)
                self.assertEqual([], chunk.choices)
                continue
            delta = chunk.choices[0].delta
            roles.append(delta.role)
            content += delta.content or ""
            reasoning += getattr(delta, "reasoning_content", None) or ""
            reasons.append(chunk.choices[0].finish_reason)
        self.assertEqual(whole.choices[0].message.content, content)
        self.assertEqual(whole.choices[0].message.reasoning_content, reasoning)
        self.assertEqual("assistant", roles[0])
        self.assertEqual(["stop"], [reason for reason in reasons if reason])
        self.assertEqual("stop", reasons[-1])
        self.assertEqual(1, len(usages))
        self.assertEqual(whole.usage.completion_tokens, usages[0].completion_tokens)

    def test_max_tokens_and_stop_end_it(self):
        cut = self.chat(max_completion_tokens=3)
        self.assertEqual("length", cut.choices[0].finish_reason)
        self.assertEqual(3, cut.usage.completion_tokens)
        stopped = self.chat(stop=["Paris", "nowhere"])
        self.assertEqual("stop", stopped.choices[0].finish_reason)
        said = stopped.choices[0].message
        self.assertNotIn("Paris", (said.content or "") + (said.reasoning_content or ""))

    def test_equal_seeds_give_equal_answers(self):
        def said(seed):
            hot = self.chat(temperature=2, top_p=1, seed=seed, max_tokens=40)
            message = hot.choices[0].message
            return message.reasoning_content, message.content

        self.assertEqual(said(7), said(7))
        self.assertGreater(len({said(seed) for seed in range(8)}), 1)

    def test_several_choices(self):
        answer = self.chat(n=3, temperature=1.5, seed=5, max_tokens=30)
        self.assertEqual([0, 1, 2], sorted(choice.index for choice in answer.choices))
        texts = {choice.message.reasoning_content for choice in answer.choices}
        self.assertGreater(len(texts), 1)
        streamed = {}
        for chunk in self.chat(n=3, temperature=1.5, seed=5, max_tokens=30, stream=True):
            for choice in chunk.choices:
                part = getattr(choice.delta, "reasoning_content", None) or ""
                streamed[choice.index] = streamed.get(choice.index, "") + part
        for choice in answer.choices:
            self.assertEqual(choice.message.reasoning_content, streamed[choice.index])

    def test_log_probabilities(self):
        choice = self.chat(logprobs=True, top_logprobs=3, max_tokens=8).choices[0]
        self.assertEqual(8, len(choice.logprobs.content))
        for token in choice.logprobs.content:
            self.assertLessEqual(token.logprob, 0)
            self.assertEqual(3, len(token.top_logprobs))
            self.assertEqual(token.token, token.top_logprobs[0].token)
            self.assertEqual(token.token.encode(), bytes(token.bytes))

    def test_fields_of_vllm_pass_through(self):
        answer = self.chat(
            max_tokens=30, extra_body={"ignore_eos": True, "top_k": 5, "repetition_penalty": 1.1}
        )
        self.assertEqual(30, answer.usage.completion_tokens)

    def test_a_stream_that_is_left_frees_its_slot(self):
        stream = self.chat(stream=True, max_tokens=900, extra_body={"ignore_eos": True})
        next(iter(stream))
        eventually("running", lambda: metric("vllm:num_requests_running") == 1)
        stream.close()
        eventually("idle", lambda: metric("vllm:num_requests_running") == 0)

    def test_many_at_once_get_what_one_alone_gets(self):
        alone = self.chat().choices[0].message.content

        async def several():
            async with openai.AsyncOpenAI(max_retries=20) as client:
                answers = await asyncio.gather(
                    *(
                        client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0)
                        for _ in range(PLACES)
                    )
                )
                return [answer.choices[0].message.content for answer in answers]

        self.assertEqual([alone] * PLACES, asyncio.run(several()))


class Completions(ClientTest):
    def test_a_text_goes_on(self):
        answer = self.text()
        self.assertEqual("text_completion", answer.object)
        self.assertTrue(answer.choices[0].text)
        self.assertEqual(6, answer.usage.completion_tokens)
        streamed = "".join(chunk.choices[0].text for chunk in self.text(stream=True))
        self.assertEqual(answer.choices[0].text, streamed)

    def test_log_probabilities(self):
        logprobs = self.text(logprobs=2).choices[0].logprobs
        self.assertEqual(6, len(logprobs.tokens))
        self.assertEqual(6, len(logprobs.token_logprobs))
        self.assertTrue(all(len(top) == 2 for top in logprobs.top_logprobs))

    def test_fields_of_the_chat_are_refused_by_name(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.text(extra_body={"tools": []})
        self.assertEqual("tools", refused.exception.param)


class Errors(ClientTest):
    def test_a_wrong_key(self):
        with openai.OpenAI(api_key="wrong-key-0123456789", max_retries=0) as stranger:
            with self.assertRaises(openai.AuthenticationError) as refused:
                stranger.models.list()
        self.assertEqual(401, refused.exception.status_code)
        self.assertEqual("invalid_api_key", refused.exception.code)

    def test_another_model(self):
        with self.assertRaises(openai.NotFoundError) as refused:
            self.chat(model="gpt-4")
        self.assertEqual("model_not_found", refused.exception.code)
        self.assertEqual("model", refused.exception.param)

    def test_a_prompt_longer_than_the_context(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat(messages=[{"role": "user", "content": "Paris " * 3000}])
        self.assertEqual("context_length_exceeded", refused.exception.code)
        self.assertIn(str(CONTEXT), refused.exception.message)

    def test_a_field_out_of_range(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat(temperature=3)
        self.assertEqual("temperature", refused.exception.param)
        self.assertEqual("invalid_request_error", refused.exception.type)

    def test_what_is_not_offered(self):
        with self.assertRaises(openai.NotFoundError) as refused:
            self.client.embeddings.create(model=MODEL, input="x")
        self.assertIn("/v1/embeddings", refused.exception.message)

    def test_a_full_server_says_when_to_come_again_and_then_answers(self):
        streams = [
            self.chat(stream=True, max_tokens=900, extra_body={"ignore_eos": True}) for _ in range(2)
        ]
        for stream in streams:
            next(iter(stream))

        async def more():
            async with openai.AsyncOpenAI(max_retries=0) as client:
                waiting = [
                    asyncio.ensure_future(
                        client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=2)
                    )
                    for _ in range(PLACES - 2)
                ]
                while await asyncio.to_thread(metric, "vllm:num_requests_waiting") < PLACES - 2:
                    await asyncio.sleep(0.01)
                try:
                    await client.chat.completions.create(model=MODEL, messages=QUESTION)
                    self.fail("was let in")
                except openai.RateLimitError as refused:
                    self.assertEqual("queue_full", refused.code)
                    self.assertEqual("1", refused.response.headers["retry-after"])
                return await asyncio.gather(*waiting)

        try:
            self.assertEqual([2, 2], [answer.usage.completion_tokens for answer in asyncio.run(more())])
        finally:
            for stream in streams:
                stream.close()
        with openai.OpenAI(max_retries=20) as patient:
            patient.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=1)


class Tokens(ClientTest):
    def post(self, path, body):
        headers = {"content-type": "application/json"} | self.client.auth_headers
        request = urllib.request.Request(ROOT + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def test_the_count_is_what_a_chat_uses(self):
        counted = self.post("/tokenize", {"model": MODEL, "messages": QUESTION})
        self.assertEqual(self.chat(max_tokens=1).usage.prompt_tokens, counted["count"])
        self.assertEqual(counted["count"], len(counted["tokens"]))
        self.assertEqual(CONTEXT, counted["max_model_len"])

    def test_there_and_back(self):
        text = "The capital of France, Zürich 🙂"
        tokens = self.post("/tokenize", {"prompt": text})["tokens"]
        self.assertEqual(text, self.post("/detokenize", {"tokens": tokens})["prompt"])


if __name__ == "__main__":
    unittest.main()

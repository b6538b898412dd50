"""Plays calls of gRPC step by step, and tells what came of them.

    python grpc_client.py PORT COPIES < STEPS > OUTCOMES

The steps are played COPIES times at the same time over one channel. Steps:

    with KEY VALUE          metadata of the next call; the value of a key that ends in -bin is in base64
    within MILLISECONDS     deadline of the next call
    call unary|stream PATH  a call through the library's interface for one message each way, or for streams of them
    send BASE64             a message
    close                   no more messages
    receive                 tells "message LENGTH SHA256", or "nothing" where the call has ended instead
    cancel
    end                     tells "header KEY VALUE" and "trailer KEY VALUE" of what a server echoes, and "status CODE BASE64";
                            or "given up" after it was cancelled or came too late, since either end may be the first to notice
"""

import base64
import hashlib
import queue
import sys
import threading

import grpc


def encoded(data):
    return base64.b64encode(data).decode()


class Call:
    def __init__(self, channel, kind, path, metadata, seconds):
        self.options = {"metadata": metadata, "timeout": seconds}
        self.outgoing = queue.SimpleQueue()
        self.unary = channel.unary_unary(path) if kind == "unary" else None
        messages = iter(self.outgoing.get, None)
        self.call = None if self.unary else channel.stream_stream(path)(messages, **self.options)

    def close(self):
        self.outgoing.put(None)
        if self.unary:
            self.call = self.unary.future(self.outgoing.get(), **self.options)

    def receive(self):
        try:
            data = self.call.result() if self.unary else next(self.call)
        except (StopIteration, grpc.RpcError):
            return "nothing"
        return f"message {len(data)} {hashlib.sha256(data).hexdigest()}"

    def end(self):
        code = self.call.code().value[0]
        # Whoever still waits for messages to send is set free.
        self.outgoing.put(None)
        for kind, metadata in (("header", self.call.initial_metadata()), ("trailer", self.call.trailing_metadata())):
            for key, value in metadata or ():
                if key.startswith("x-grpc-test-echo"):
                    yield f"{kind} {key} {encoded(value) if key.endswith('-bin') else value}"
        yield "given up" if code in (1, 4) else f"status {code} {encoded(self.call.details().encode())}"


def play(channel, steps, tell):
    metadata, seconds, call = [], None, None
    for step in steps:
        word, *rest = step.split(" ")
        if word == "with":
            key, value = rest
            metadata.append((key, base64.b64decode(value) if key.endswith("-bin") else value))
        elif word == "within":
            seconds = int(rest[0]) / 1000
        elif word == "call":
            call = Call(channel, *rest, metadata, seconds)
            metadata, seconds = [], None
        elif word == "send":
            call.outgoing.put(base64.b64decode(rest[0]))
        elif word == "close":
            call.close()
        elif word == "receive":
            tell(call.receive())
        elif word == "cancel":
            call.call.cancel()
        elif word == "end":
            for line in call.end():
                tell(line)


def main():
    port, copies = sys.argv[1:]
    steps = sys.stdin.read().splitlines()
    outcomes = [[] for _ in range(int(copies))]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        threads = [threading.Thread(target=play, args=(channel, steps, each.append)) for each in outcomes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print("\n\n".join("\n".join(each) for each in outcomes))


main()

//! A program that speaks the JSON mode with the real binary: the client that `docs/json-mode.md` asks for.
//! Not for judging what comes back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use serde_json::{Value, json};

use crate::world::World;

/// A running session.
pub struct JsonClient {
    pub child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The last card that was asked.
    pub card: Value,
    /// Whether the session is over.
    pub done: bool,
}

impl JsonClient {
    /// Starts a session and reads up to its first card.
    pub fn start(world: &World, args: &[&str]) -> Self {
        let mut all = args.to_vec();
        all.push("--json");
        Self::over(world.start(&all))
    }

    /// Takes over a process that was started with pipes all around.
    pub fn over(mut child: Child) -> Self {
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut client = Self { child, input, output, card: Value::Null, done: false };
        let _ = client.replies();
        client
    }

    /// Reads one line; `None` at the end of output.
    pub fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        (self.output.read_line(&mut line).unwrap() > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    /// Reads replies up to the one after which the program waits for a command.
    pub fn replies(&mut self) -> Vec<Value> {
        let mut replies = Vec::new();
        while let Some(reply) = self.line() {
            let last = match reply["type"].as_str().unwrap() {
                "card" => {
                    self.card = reply.clone();
                    true
                }
                "done" => {
                    self.done = true;
                    true
                }
                kind => matches!(kind, "verdict" | "hint" | "history" | "error"),
            };
            replies.push(reply);
            if last {
                break;
            }
        }
        replies
    }

    /// Sends a command without waiting for its replies; a process that is gone does not mind.
    pub fn send(&mut self, command: &Value) {
        let _ = writeln!(self.input, "{command}");
        let _ = self.input.flush();
    }

    /// Sends a command and reads its replies.
    pub fn ask(&mut self, command: &Value) -> Vec<Value> {
        self.send(command);
        self.replies()
    }

    /// Reveals and grades the current card.
    pub fn grade(&mut self, grade: u8) -> Vec<Value> {
        let _ = self.ask(&json!({ "command": "reveal" }));
        self.ask(&json!({ "command": "grade", "grade": grade }))
    }

    /// Closes the input and waits; returns the exit code.
    pub fn close(self) -> Option<i32> {
        let Self { mut child, input, output, .. } = self;
        drop(input);
        // Whatever it still has to say, it may say.
        let _ = output.lines().count();
        child.wait().unwrap().code()
    }
}

/// The types of replies, in order.
pub fn types(replies: &[Value]) -> Vec<&str> {
    replies.iter().map(|reply| reply["type"].as_str().unwrap()).collect()
}

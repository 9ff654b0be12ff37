//! The real binary in a real pseudo-terminal: keys in, a screen out.
//! Not for what can be tested without one: a pseudo-terminal is a hundred times slower than a scripted terminal.

use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

use crate::world::World;

/// How long a screen may take to come: far longer than it ever does, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a terminal of 80 by 24.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Pty {
    /// Starts the binary in a world, with more environment.
    pub fn start(world: &World, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut furnished = std::process::Command::new(env!("CARGO_BIN_EXE_retain"));
        world.furnish(&mut furnished);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_retain"));
        command.args(args);
        command.cwd(world.folder());
        command.env_clear();
        for (name, value) in furnished.get_envs() {
            command.env(name, value.unwrap());
        }
        command.env_remove("COLUMNS");
        command.env("TERM", "xterm-256color");
        env.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read) = reader.read(&mut buffer) {
                if read == 0 || sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self { child, writer, output, parser: vt100::Parser::new(24, 80, 0), _master: pair.master }
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Returns the screen as text, without blanks at line ends and without empty lines at its end.
    pub fn screen(&self) -> String {
        let mut lines: Vec<String> =
            self.parser.screen().rows(0, 80).map(|row| row.trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.join("\n")
    }

    /// Waits until the screen shows a text and stands still, and returns the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            if self.screen().contains(text) {
                // What is still under way comes at once.
                match self.output.recv_timeout(Duration::from_millis(150)) {
                    Ok(bytes) => self.parser.process(&bytes),
                    Err(_) => return self.screen(),
                }
                continue;
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(_) => panic!("`{text}` never came; the screen is\n{}", self.screen()),
            }
        }
    }

    /// Waits for the end, and returns the exit code and what is left on the screen.
    #[track_caller]
    pub fn end(mut self) -> (u32, String) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.parser.process(&bytes);
        }
        let code = self.child.wait().unwrap().exit_code();
        (code, self.screen())
    }
}

//! Bytes of a terminal's input to keys: UTF-8, control letters, CSI and SS3 sequences, bracketed paste.
//! Pure. Not for waiting for the bytes (`tty.rs`).

use super::Key;

/// What the bytes so far amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A key, and how many bytes it took.
    Key(Key, usize),
    /// Bytes that mean nothing to us, and how many.
    Skip(usize),
    /// More bytes are needed; alone, an escape is [`Key::Esc`].
    More,
}

/// Longest sequence that is waited for; anything longer is no key.
const LONGEST: usize = 32;

/// Reads the first key of `bytes`. With `complete`, nothing more is coming, so a lone escape is the Escape key.
#[must_use]
pub fn decode(bytes: &[u8], complete: bool) -> Decoded {
    match bytes {
        [] => Decoded::More,
        [0x1b, rest @ ..] => escape(rest, complete),
        [byte, ..] if *byte < 0x20 || *byte == 0x7f => control(*byte),
        _ => character(bytes, complete),
    }
}

fn control(byte: u8) -> Decoded {
    let key = match byte {
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        0x08 | 0x7f => Key::Backspace,
        0x03 => Key::Interrupt,
        0x04 => Key::Eof,
        0x0c => Key::Resize,
        0x01..=0x1a => Key::Ctrl(char::from(byte - 1 + b'a')),
        _ => return Decoded::Skip(1),
    };
    Decoded::Key(key, 1)
}

fn character(bytes: &[u8], complete: bool) -> Decoded {
    let length = match bytes[0] {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Decoded::Skip(1),
    };
    let Some(encoded) = bytes.get(..length) else {
        return if complete { Decoded::Skip(bytes.len()) } else { Decoded::More };
    };
    match std::str::from_utf8(encoded).ok().and_then(|text| text.chars().next()) {
        // A C1 control is no text.
        Some(c) if c.is_control() => Decoded::Skip(length),
        Some(c) => Decoded::Key(Key::Char(c), length),
        None => Decoded::Skip(1),
    }
}

fn escape(rest: &[u8], complete: bool) -> Decoded {
    match rest {
        [] if complete => Decoded::Key(Key::Esc, 1),
        [] => Decoded::More,
        // Two escapes: the first was the key.
        [0x1b, ..] => Decoded::Key(Key::Esc, 1),
        [b'[', parameters @ ..] => csi(parameters, complete),
        [b'O', letter, ..] => match letter_key(*letter) {
            Some(key) => Decoded::Key(key, 3),
            None => Decoded::Skip(3),
        },
        [b'O'] if complete => Decoded::Skip(2),
        [b'O'] => Decoded::More,
        // Alt with a key: the key alone means nothing here.
        [first, ..] => match character(rest, complete) {
            Decoded::Key(_, length) | Decoded::Skip(length) if *first >= 0x20 => Decoded::Skip(1 + length),
            Decoded::More => Decoded::More,
            _ => Decoded::Key(Key::Esc, 1),
        },
    }
}

fn csi(parameters: &[u8], complete: bool) -> Decoded {
    let Some(end) = parameters.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return if complete || parameters.len() > LONGEST {
            Decoded::Skip(2 + parameters.len())
        } else {
            Decoded::More
        };
    };
    let length = 2 + end + 1;
    let number = &parameters[..end];
    let number = &number[..number.iter().position(|byte| *byte == b';').unwrap_or(number.len())];
    let key = match (parameters[end], number) {
        (b'~', b"1" | b"7") => Key::Home,
        (b'~', b"4" | b"8") => Key::End,
        (b'~', b"3") => Key::Delete,
        (b'~', b"5") => Key::PageUp,
        (b'~', b"6") => Key::PageDown,
        (b'~', b"200") => return paste(&parameters[end + 1..], length, complete),
        (b'Z', _) => Key::BackTab,
        (letter, _) => match letter_key(letter) {
            Some(key) => key,
            None => return Decoded::Skip(length),
        },
    };
    Decoded::Key(key, length)
}

/// A paste is not typing: grades must not come out of a clipboard. It is left out to its end mark.
fn paste(pasted: &[u8], before: usize, complete: bool) -> Decoded {
    const END: &[u8] = b"\x1b[201~";
    match pasted.windows(END.len()).position(|window| window == END) {
        Some(at) => Decoded::Skip(before + at + END.len()),
        None if complete => Decoded::Skip(before + pasted.len()),
        None => Decoded::More,
    }
}

fn letter_key(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'M' => Key::Enter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        loop {
            match decode(bytes, true) {
                Decoded::Key(key, length) => {
                    keys.push(key);
                    bytes = &bytes[length..];
                }
                Decoded::Skip(length) => bytes = &bytes[length..],
                Decoded::More => return keys,
            }
        }
    }

    #[test]
    fn characters_and_control_letters() {
        assert_eq!(
            all("a ä多😀\r\n\t\u{7f}\u{3}\u{4}\u{15}".as_bytes()),
            [
                Key::Char('a'),
                Key::Char(' '),
                Key::Char('ä'),
                Key::Char('多'),
                Key::Char('😀'),
                Key::Enter,
                Key::Enter,
                Key::Tab,
                Key::Backspace,
                Key::Interrupt,
                Key::Eof,
                Key::Ctrl('u'),
            ]
        );
    }

    #[test]
    fn arrows_in_both_spellings_and_with_modifiers() {
        assert_eq!(
            all(b"\x1b[A\x1bOB\x1b[1;5C\x1b[D\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~\x1b[Z"),
            [
                Key::Up,
                Key::Down,
                Key::Right,
                Key::Left,
                Key::PageUp,
                Key::PageDown,
                Key::Home,
                Key::End,
                Key::Delete,
                Key::BackTab,
            ]
        );
    }

    #[test]
    fn an_escape_alone_waits_for_more_until_nothing_comes() {
        assert_eq!(decode(b"\x1b", false), Decoded::More);
        assert_eq!(decode(b"\x1b[", false), Decoded::More);
        assert_eq!(decode(b"\x1b", true), Decoded::Key(Key::Esc, 1));
        assert_eq!(all(b"\x1b\x1b[A"), [Key::Esc, Key::Up]);
    }

    #[test]
    fn a_character_cut_in_two_waits_for_its_rest() {
        let bytes = "多".as_bytes();
        assert_eq!(decode(&bytes[..2], false), Decoded::More);
        assert_eq!(decode(bytes, false), Decoded::Key(Key::Char('多'), 3));
    }

    #[test]
    fn pasted_text_and_unknown_sequences_press_nothing() {
        assert_eq!(all(b"\x1b[200~1234q\x1b[201~x"), [Key::Char('x')]);
        assert_eq!(all(b"\x1b[?1;2c\x1bx\x1b[24~3"), [Key::Char('3')]);
        assert_eq!(all(b"\xff\xc0\xc3(a"), [Key::Char('('), Key::Char('a')]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_used_up(bytes: Vec<u8>) {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                match decode(rest, true) {
                    Decoded::Key(_, length) | Decoded::Skip(length) => {
                        proptest::prop_assert!(length >= 1 && length <= rest.len());
                        rest = &rest[length..];
                    }
                    Decoded::More => proptest::prop_assert!(false, "stuck at {rest:?}"),
                }
            }
        }
    }
}

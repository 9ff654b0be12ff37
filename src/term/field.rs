//! A line of text being typed: the text, the cursor, and what each key does to them.
//! Pure. Not for drawing it (`view/review.rs` takes the text and the cursor).

use super::Key;

/// A line of text being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// A byte position on a character boundary.
    cursor: usize,
}

/// What a key did to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The field took the key.
    Taken,
    /// Enter: the text is done.
    Done,
    /// Escape: never mind.
    Left,
    /// The key is not for a field.
    NotMine,
}

impl Field {
    /// A field with text in it, the cursor at its end.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the cursor as a byte position in the text, on a character boundary.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Applies a key.
    pub fn press(&mut self, key: Key) -> Typed {
        match key {
            Key::Char(c) => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
            Key::Enter => return Typed::Done,
            Key::Esc => return Typed::Left,
            Key::Backspace => {
                let from = self.before();
                self.text.replace_range(from..self.cursor, "");
                self.cursor = from;
            }
            Key::Delete => self.text.replace_range(self.cursor..self.after(), ""),
            Key::Left | Key::Ctrl('b') => self.cursor = self.before(),
            Key::Right | Key::Ctrl('f') => self.cursor = self.after(),
            Key::Home | Key::Ctrl('a') => self.cursor = 0,
            Key::End | Key::Ctrl('e') => self.cursor = self.text.len(),
            Key::Ctrl('u') => {
                self.text.replace_range(..self.cursor, "");
                self.cursor = 0;
            }
            Key::Ctrl('k') => self.text.truncate(self.cursor),
            Key::Ctrl('w') => {
                let kept = self.text[..self.cursor].trim_end();
                let from = kept
                    .rfind(char::is_whitespace)
                    .map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8));
                self.text.replace_range(from..self.cursor, "");
                self.cursor = from;
            }
            _ => return Typed::NotMine,
        }
        Typed::Taken
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.cursor + self.text[self.cursor..].chars().next().map_or(0, char::len_utf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[Key]) -> (String, usize) {
        let mut field = Field::new("read 多");
        for key in keys {
            field.press(*key);
        }
        (field.text().to_owned(), field.cursor())
    }

    #[test]
    fn keys_change_the_text_at_the_cursor() {
        assert_eq!(typed(&[Key::Char('é')]), ("read 多é".to_owned(), 10));
        assert_eq!(typed(&[Key::Backspace]), ("read ".to_owned(), 5));
        assert_eq!(typed(&[Key::Left, Key::Char('x')]), ("read x多".to_owned(), 6));
        assert_eq!(typed(&[Key::Home, Key::Delete]), ("ead 多".to_owned(), 0));
        assert_eq!(typed(&[Key::Ctrl('w')]), ("read ".to_owned(), 5));
        assert_eq!(typed(&[Key::Ctrl('u')]), (String::new(), 0));
        assert_eq!(typed(&[Key::Home, Key::Right, Key::Ctrl('k')]), ("r".to_owned(), 1));
    }

    #[test]
    fn enter_ends_and_escape_leaves() {
        let mut field = Field::default();
        assert_eq!(field.press(Key::Enter), Typed::Done);
        assert_eq!(field.press(Key::Esc), Typed::Left);
        assert_eq!(field.press(Key::PageUp), Typed::NotMine);
        assert_eq!(field.press(Key::Backspace), Typed::Taken, "nothing to delete is no fault");
    }

    proptest::proptest! {
        #[test]
        fn the_cursor_stays_on_a_boundary(text: String, keys in proptest::collection::vec(0..12_u8, 0..40)) {
            let mut field = Field::new(text);
            for key in keys {
                let key = [
                    Key::Left, Key::Right, Key::Backspace, Key::Delete, Key::Home, Key::End, Key::Ctrl('w'),
                    Key::Ctrl('u'), Key::Ctrl('k'), Key::Char('多'), Key::Char('a'), Key::Char(' '),
                ][usize::from(key)];
                field.press(key);
                proptest::prop_assert!(field.text().is_char_boundary(field.cursor()));
            }
        }
    }
}

//! A grid of characters that grows as it is drawn on. Not for layout: each picture lays itself out.

/// Rows of characters; a place never drawn on is a blank.
#[derive(Default)]
pub(super) struct Canvas {
    rows: Vec<Vec<char>>,
}

impl Canvas {
    fn at(&mut self, row: usize, column: usize) -> &mut char {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let line = &mut self.rows[row];
        if line.len() <= column {
            line.resize(column + 1, ' ');
        }
        &mut line[column]
    }

    /// Writes text, over whatever is there; each character takes one column.
    pub(super) fn put(&mut self, row: usize, column: usize, text: &str) {
        for (offset, c) in text.chars().enumerate() {
            *self.at(row, column + offset) = c;
        }
    }

    /// Draws a horizontal line from one column to another, both included; it crosses vertical ones.
    pub(super) fn horizontal(&mut self, row: usize, from: usize, to: usize) {
        for column in from..=to {
            let place = self.at(row, column);
            match *place {
                ' ' => *place = '─',
                '│' => *place = '┼',
                _ => {}
            }
        }
    }

    /// Draws a vertical line from one row to another, both included; it crosses horizontal ones.
    pub(super) fn vertical(&mut self, column: usize, from: usize, to: usize) {
        for row in from..=to {
            let place = self.at(row, column);
            match *place {
                ' ' => *place = '│',
                '─' => *place = '┼',
                _ => {}
            }
        }
    }

    /// Returns the lines without trailing blanks and without a final line feed.
    pub(super) fn finish(self) -> String {
        let lines: Vec<String> = self
            .rows
            .into_iter()
            .map(|row| row.into_iter().collect::<String>().trim_end().to_owned())
            .collect();
        lines.join("\n")
    }
}

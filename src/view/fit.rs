//! A frame made to fit a screen: which lines are seen, cut to the width.
//! Not for spelling styles or writing (`term/`).

use super::frame::{Frame, Line, Size};
use super::wrap::clip;

/// Returns exactly `size.rows` lines, none wider than the screen: head on top, foot at the bottom, body between.
///
/// Where even that is too much, the foot stays and the head goes, since the foot holds the keys.
#[must_use]
pub fn fit(frame: &Frame, size: Size) -> Vec<Line> {
    let foot_rows = frame.foot.len().min(size.rows);
    let head_rows = frame.head.len().min((size.rows - foot_rows).saturating_sub(1));
    let body_rows = size.rows - foot_rows - head_rows;
    let from = frame.scroll.min(frame.body.len().saturating_sub(body_rows));
    let body = frame.body.iter().skip(from).take(body_rows);
    let mut lines: Vec<Line> = frame.head[..head_rows].iter().chain(body).cloned().collect();
    lines.resize_with(head_rows + body_rows, Line::new);
    lines.extend(frame.foot[frame.foot.len() - foot_rows..].iter().cloned());
    for line in &mut lines {
        clip(line, size.columns);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(frame: &Frame, columns: usize, rows: usize) -> Vec<String> {
        fit(frame, Size::new(columns, rows)).iter().map(Line::text).collect()
    }

    fn frame() -> Frame {
        Frame {
            head: vec![Line::plain("head")],
            body: (1..=5).map(|n| Line::plain(format!("body {n}"))).collect(),
            foot: vec![Line::plain("rule"), Line::plain("keys")],
            scroll: 0,
        }
    }

    #[test]
    fn the_foot_is_at_the_bottom_and_the_body_scrolls_between() {
        assert_eq!(texts(&frame(), 80, 10)[5..], ["body 5", "", "", "rule", "keys"]);
        let scrolled = Frame { scroll: 2, ..frame() };
        assert_eq!(texts(&scrolled, 80, 6), ["head", "body 3", "body 4", "body 5", "rule", "keys"]);
        let too_far = Frame { scroll: 99, ..frame() };
        assert_eq!(texts(&too_far, 80, 6), texts(&scrolled, 80, 6), "a scroll past the end shows the end");
    }

    #[test]
    fn on_a_tiny_screen_the_keys_stay() {
        assert_eq!(texts(&frame(), 80, 3), ["body 1", "rule", "keys"]);
        assert_eq!(texts(&frame(), 80, 1), ["keys"]);
    }
}

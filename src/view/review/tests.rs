//! What is in sight of a card that is longer than the screen.

use super::*;

/// What a screen shows of the card.
fn in_sight(view: &CardView, size: Size) -> String {
    let frame = screen(view, size);
    let shown = frame.body.iter().skip(frame.scroll).take(frame.window(size.rows));
    shown.map(|line| line.text().trim().to_owned() + "\n").collect()
}

fn long(part: Part) -> CardView {
    CardView { prompt: "A line of a long story.\n\n".repeat(30), part, ..CardView::default() }
}

#[test]
fn the_answer_to_a_long_question_is_in_sight_at_once() {
    let size = Size::USUAL;
    let mut view = long(Part::Recall { answer: "Forty-two.".into() });
    view.revealed = true;
    assert!(!in_sight(&view, size).contains("Forty-two."));
    view.follow = Some(Focus::Answer);
    let seen = in_sight(&view, size);
    assert!(seen.contains("Forty-two.") && seen.contains("long story"), "{seen}");
}

#[test]
fn an_answer_longer_than_the_screen_begins_at_its_top() {
    let size = Size::USUAL;
    let mut view = long(Part::Recall { answer: "One more step.\n\n".repeat(40) });
    view.revealed = true;
    view.follow = Some(Focus::Answer);
    assert!(in_sight(&view, size).starts_with("One more step."));
}

#[test]
fn a_solution_that_comes_with_the_answer_is_in_sight_with_it() {
    let size = Size::USUAL;
    let mut view = long(Part::Recall { answer: "Forty-two.".into() });
    view.revealed = true;
    view.why = Note::Shown("One step.\n\n".repeat(5));
    view.follow = Some(Focus::Answer);
    let seen = in_sight(&view, size);
    assert_eq!((seen.matches("One step.").count(), seen.contains("Forty-two.")), (5, true), "{seen}");
}

#[test]
fn what_is_in_sight_already_moves_nothing() {
    let view = CardView {
        prompt: "Short?".into(),
        part: Part::Recall { answer: "Yes, very.".into() },
        revealed: true,
        why: Note::Shown("Because.".into()),
        ..CardView::default()
    };
    for focus in [Focus::Answer, Focus::Why, Focus::Hint, Focus::Cursor] {
        let view = CardView { follow: Some(focus), ..view.clone() };
        assert_eq!(screen(&view, Size::USUAL).scroll, 0);
    }
}

#[test]
fn the_screen_follows_the_cursor_through_long_options_and_back() {
    let size = Size::new(40, 12);
    let option = |label: &str| OptionView {
        label: label.into(),
        text: format!("option {label} {}", "is told in rather many words ".repeat(6)),
        ..OptionView::default()
    };
    let options: Vec<_> = ["1", "2", "3", "4"].into_iter().map(option).collect();
    let at = |cursor, scroll| CardView {
        prompt: "Which?".into(),
        part: Part::Choice { options: options.clone(), several: false, cursor },
        scroll,
        follow: Some(Focus::Cursor),
        ..CardView::default()
    };
    let down = screen(&at(3, 0), size).scroll;
    assert!(in_sight(&at(3, 0), size).contains("4 option 4"));
    assert!(in_sight(&at(0, down), size).contains("1 option 1"));
}

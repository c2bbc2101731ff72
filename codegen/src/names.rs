//! How names of the wire become names of Rust.

use unicode_normalization::UnicodeNormalization;

use crate::ir::Ident;

/// `remove_members` → `RemoveMembers`, `yyyy-mm-dd` → `YyyyMmDd`; never empty, never starts with a digit.
pub(crate) fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    let mut begins = true;
    // Rust takes two spellings of one letter for the same name.
    for letter in name.nfc() {
        if letter == '_' || !unicode_word(letter) {
            begins = true;
        } else if begins {
            pascal.extend(letter.to_uppercase());
            begins = false;
        } else {
            pascal.push(letter);
        }
    }
    if pascal.is_empty() {
        return "Empty".to_owned();
    }
    if !pascal.starts_with(unicode_ident::is_xid_start) {
        pascal.insert(0, 'N');
    }
    if pascal == "Self" { "Self_".to_owned() } else { pascal }
}

/// A field or method: as on the wire where Rust allows it, otherwise the nearest thing.
pub(crate) fn ident(name: &str) -> Ident {
    // Most names are as Rust would have them.
    if is_snake(name) && !is_reserved(name) && name != "new" {
        return Ident(name.to_owned());
    }
    let mut ident: String = name.nfc().map(|letter| if unicode_word(letter) { letter } else { '_' }).collect();
    if ident.chars().any(char::is_uppercase) {
        ident = snake(&ident);
    }
    if ident.chars().all(|letter| letter == '_') {
        ident = "empty".to_owned();
    }
    if !ident.starts_with(|first: char| first == '_' || unicode_ident::is_xid_start(first)) {
        ident.insert(0, 'n');
    }
    Ident(match ident.as_str() {
        "self" | "Self" | "super" | "crate" | "new" => format!("{ident}_"),
        word if is_keyword(word) => format!("r#{word}"),
        _ => ident,
    })
}

/// Whether this is a name that a schema, resource or method may have as it is.
pub(crate) fn is_snake(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Whether this is a name for a type.
pub(crate) fn is_pascal(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// Whether Rust reserves this word, so that no module can be called so.
pub(crate) fn is_reserved(word: &str) -> bool {
    is_keyword(word) || matches!(word, "self" | "super" | "crate")
}

fn unicode_word(letter: char) -> bool {
    unicode_ident::is_xid_continue(letter)
}

/// `userId` → `user_id`, `ID` → `id`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let after_small = index > 0 && !letters[index - 1].is_uppercase() && letters[index - 1] != '_';
        let before_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let after_any = index > 0 && letters[index - 1] != '_';
        if letter.is_uppercase() && (after_small || after_any && before_small) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// All words that Rust reserves, sorted; those that cannot be raw are handled by the caller.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_pascal_case() {
        let cases = [
            ("remove_members", "RemoveMembers"),
            ("yyyy-mm-dd", "YyyyMmDd"),
            ("open_id", "OpenId"),
            ("", "Empty"),
            ("2fa", "N2fa"),
            ("self", "Self_"),
            ("任务", "任务"),
            ("·", "N·"),
        ];
        for (name, expected) in cases {
            assert_eq!(pascal(name), expected);
        }
    }

    #[test]
    fn fields_are_spelt_as_on_the_wire_where_rust_allows_it() {
        let cases = [
            ("task_guid", "task_guid"),
            ("type", "r#type"),
            ("self", "self_"),
            ("new", "new_"),
            ("", "empty"),
            ("2fa", "n2fa"),
            ("a-b", "a_b"),
            ("userID", "user_id"),
            ("HTTPStatus", "http_status"),
            ("标题", "标题"),
            ("·", "n·"),
            ("٣", "n٣"),
        ];
        for (name, expected) in cases {
            assert_eq!(ident(name).0, expected);
        }
    }
}

//! Names of scopes in running text.

use crate::facts::Stated;
use crate::inline::Line;
use crate::problems::{Problems, shorten};

/// Reads "`task:task:write` 查看…", `查看…(task:task:write)` and bare names.
pub(crate) fn read(lines: &[Line], problems: &mut Problems) -> Vec<Stated<String>> {
    let mut found: Vec<Stated<String>> = Vec::new();
    for line in lines {
        for name in names(&line.text) {
            if !found.iter().any(|scope| scope.value == name) {
                found.push(Stated::new(name, line.number));
            }
        }
    }
    let text: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    let text = text.join(" ");
    if found.is_empty() && !matches!(text.trim(), "" | "无" | "-" | "/") {
        let number = lines.first().map_or(0, |line| line.number);
        problems.push(number, format!("no scope found: {}", shorten(&text)));
    }
    found
}

fn names(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut word = String::new();
    for c in line.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '.' | '-') {
            word.push(c);
            continue;
        }
        let name = word.trim_end_matches(['.', ':']);
        if is_scope(name) {
            names.push(name.to_owned());
        }
        word.clear();
    }
    names
}

/// `a:b`, `a:b.c:d`; one scope has no colon.
fn is_scope(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    let named = parts.iter().all(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
    word == "offline_access" || (parts.len() > 1 && named && !word.starts_with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) -> usize {
        let lines = [Line { number: 1, text: text.to_owned() }];
        let mut problems = Problems::default();
        let found = read(&lines, &mut problems);
        let found: Vec<&str> = found.iter().map(|scope| scope.value.as_str()).collect();
        assert_eq!(found, expect);
        problems.into_vec().len()
    }

    #[test]
    fn names_stand_in_backticks_or_parentheses() {
        check("`task:task:write` w `task:task:read` r", &["task:task:write", "task:task:read"]);
        check("read(event:ip_list)", &["event:ip_list"]);
        check("user(contact:user.employee_id:readonly)", &["contact:user.employee_id:readonly"]);
    }

    #[test]
    fn names_of_fields_are_no_scopes() {
        check("`refresh_token` needs: `offline_access` offline_access", &["offline_access"]);
    }

    #[test]
    fn none_is_none() {
        assert_eq!(check("无", &[]), 0);
    }

    #[test]
    fn text_without_a_name_is_a_problem() {
        assert_eq!(check("ask the owner", &[]), 1);
    }
}

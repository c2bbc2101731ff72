//! Writes the function that makes any call of progenitor's clients, by operation id.

use syn::{FnArg, ImplItem, Item, Pat, Type};

/// `send(base_url, operation, example)`, with one arm for each method of the clients.
pub fn dispatch(clients: &[(String, String)]) -> String {
    let mut arms = String::new();
    for (module, text) in clients {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{module}: {error}"));
        for item in &file.items {
            let Item::Impl(block) = item else { continue };
            if block.trait_.is_some() {
                continue;
            }
            for method in &block.items {
                match method {
                    ImplItem::Fn(method) if method.sig.asyncness.is_some() => arms.push_str(&arm(module, &method.sig)),
                    _ => {}
                }
            }
        }
    }
    format!(
        "/// Makes the example call of an operation; `None` if progenitor has no such operation.\n\
         pub async fn send(base_url: &str, operation: &str, example: &Example) -> Option<Result<(), String>> {{\n\
         Some(match operation.replace('.', \"_\").as_str() {{\n{arms}_ => return None,\n}})\n}}\n"
    )
}

fn arm(module: &str, signature: &syn::Signature) -> String {
    let name = &signature.ident;
    let arguments: Vec<String> = signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(pattern) => Some(self::argument(module, &pattern.ident.to_string(), &argument.ty)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    format!("\"{name}\" => outcome({module}::Client::new(base_url).{name}({}).await),\n", arguments.join(", "))
}

/// The expression for one argument: text as it stands, all else decoded from JSON.
fn argument(module: &str, name: &str, ty: &Type) -> String {
    let wire = name.trim_end_matches('_');
    let text = type_text(module, ty);
    match text.as_str() {
        "&str" => format!("example.text({wire:?}).unwrap_or_default()"),
        "Option<&str>" => format!("example.text({wire:?})"),
        _ => match (text.strip_prefix("Option<&"), text.strip_prefix('&')) {
            (Some(inner), _) => {
                format!("example.value::<{}>({wire:?}).as_ref()", inner.trim_end_matches('>'))
            }
            (_, Some(inner)) => format!("&example.required::<{inner}>({wire:?})"),
            _ => format!("example.value::<{}>({wire:?})", text.trim_start_matches("Option<").trim_end_matches('>')),
        },
    }
}

fn type_text(module: &str, ty: &Type) -> String {
    match ty {
        Type::Reference(reference) => format!("&{}", type_text(module, &reference.elem)),
        Type::Path(path) => {
            let mut text = String::new();
            for segment in &path.path.segments {
                if !text.is_empty() {
                    text.push_str("::");
                }
                if segment.ident == "types" {
                    text.push_str(&format!("{module}::"));
                }
                text.push_str(&segment.ident.to_string());
                if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
                    let inner: Vec<String> = arguments
                        .args
                        .iter()
                        .filter_map(|argument| match argument {
                            syn::GenericArgument::Type(ty) => Some(type_text(module, ty)),
                            _ => None,
                        })
                        .collect();
                    text.push_str(&format!("<{}>", inner.join(", ")));
                }
            }
            text
        }
        _ => "()".to_owned(),
    }
}

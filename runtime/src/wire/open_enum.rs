//! The `open_enum!` macro: enums that keep values they do not know.

/// Declares an enum whose unknown values are kept, compared and sent back.
///
/// The enum is either over strings or, with `: i64` after its name, over whole
/// numbers; a variant `Other` holds what this version does not know.
/// Equality, order and hash go by the value on the wire.
///
/// ```
/// use feishu_openapi_runtime::open_enum;
///
/// open_enum! {
///     /// The kinds of user id.
///     pub enum UserIdType {
///         /// Identifies a person within one app.
///         OpenId = "open_id",
///     }
/// }
///
/// assert_eq!(UserIdType::from("open_id"), UserIdType::OpenId);
/// assert_eq!(UserIdType::from("lark_id").as_str(), "lark_id");
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident : i64 {
            $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know.
            Other(i64),
        }

        impl $name {
            /// The value on the wire.
            #[inline]
            pub fn value(self) -> i64 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl ::core::convert::From<i64> for $name {
            #[inline]
            fn from(value: i64) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    value => Self::Other(value),
                }
            }
        }

        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as ::core::convert::From<i64>>::from(0)
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.value(), formatter)
            }
        }

        impl $crate::rt::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::rt::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.value())
            }
        }

        impl $crate::rt::Value for $name {
            #[inline]
            fn read<'de, D: $crate::rt::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<::core::option::Option<Self>, D::Error> {
                let value = $crate::rt::read_integer(deserializer)?;
                ::core::result::Result::Ok(value.map(Self::from))
            }
        }

        impl $crate::rt::QueryValue for $name {
            #[inline]
            fn put(&self, put: &mut dyn FnMut(&str)) {
                $crate::rt::QueryValue::put(&self.value(), put);
            }
        }

        impl $crate::rt::AsText for $name {
            #[inline]
            fn as_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Owned(self.value().to_string())
            }
        }

        $crate::__open_enum_common!($name, |this| this.value());
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know.
            Other(::std::string::String),
        }

        impl $name {
            /// The value on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    value => Self::Other(value.to_owned()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(value: ::std::string::String) -> Self {
                match value.as_str() {
                    $($value => Self::$variant,)*
                    _ => Self::Other(value),
                }
            }
        }

        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as ::core::convert::From<&str>>::from("")
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::rt::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::rt::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::rt::Value for $name {
            #[inline]
            fn read<'de, D: $crate::rt::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<::core::option::Option<Self>, D::Error> {
                $crate::rt::read_text(deserializer, |text| Self::from(text))
            }
        }

        impl $crate::rt::QueryValue for $name {
            #[inline]
            fn put(&self, put: &mut dyn FnMut(&str)) {
                put(self.as_str());
            }
        }

        impl $crate::rt::AsText for $name {
            #[inline]
            fn as_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed(self.as_str())
            }
        }

        $crate::__open_enum_common!($name, |this| this.as_str());
    };
}

/// Equality, order, hash and reading, by the value on the wire.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_common {
    ($name:ident, |$this:ident| $wire:expr) => {
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other) == ::core::cmp::Ordering::Equal
            }
        }

        impl ::core::cmp::Eq for $name {}

        impl ::core::cmp::PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(self.cmp(other))
            }
        }

        impl ::core::cmp::Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                let ours = {
                    let $this = self;
                    $wire
                };
                let theirs = {
                    let $this = other;
                    $wire
                };
                ours.cmp(&theirs)
            }
        }

        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                let $this = self;
                ::core::hash::Hash::hash(&$wire, state);
            }
        }

        impl<'de> $crate::rt::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::rt::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = $crate::rt::Value::read(deserializer)?;
                ::core::result::Result::Ok(value.unwrap_or_default())
            }
        }
    };
}

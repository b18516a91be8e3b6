#include "policy/policy.hpp"

#include <fmt/format.h>

namespace consign::policy {

std::string Rule::text() const {
    return file.empty() ? std::string() : fmt::format("{}:{}", file, line);
}

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::list:
            return "list";
        case Verb::download:
            return "download";
        case Verb::upload:
            return "upload";
        case Verb::overwrite:
            return "overwrite";
        case Verb::append:
            return "append";
        case Verb::rename:
            return "rename";
        case Verb::remove:
            return "delete";
        case Verb::mkdir:
            return "mkdir";
    }
    return {};
}

std::string_view name_of(Method method) {
    switch (method) {
        case Method::publickey:
            return "publickey";
        case Method::password:
            return "password";
    }
    return {};
}

}  // namespace consign::policy

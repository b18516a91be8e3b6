#include "storage/queue/kind.hpp"

namespace consign::queue {

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::alert:
            return "alert";
        case Kind::acknowledge:
            return "acknowledge";
        case Kind::scan:
            return "scan";
        case Kind::deliver:
            return "deliver";
    }
    return "unknown";
}

std::optional<Kind> kind_named(std::string_view name) {
    for (const Kind kind : all_kinds)
        if (name_of(kind) == name) return kind;
    return std::nullopt;
}

}  // namespace consign::queue

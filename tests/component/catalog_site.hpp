// A catalog on a database of its own, inside one transaction that is never committed.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

#include "storage/catalog/catalog.hpp"
#include "tests/component/keyed_database.hpp"

namespace consign::catalog {

inline constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

inline VirtualPath path_of(std::string_view text) {
    return *VirtualPath::parse(text);
}

struct CatalogSite : KeyedDatabase {
    Catalog catalog{*connection, *keys, random};

    CatalogSite() { run("BEGIN"); }

    Committed deposit(std::string_view path, std::uint64_t size_bytes = 10) {
        return *catalog.commit_deposit(deposit_of(path, size_bytes));
    }
    Catalog::Deposit deposit_of(std::string_view path, std::uint64_t size_bytes) {
        return {.stream = Id::random(random),
                .path = path_of(path),
                .account = "lab",
                .size_bytes = size_bytes,
                .sha256 = random.array<32>(),
                .modified = now - std::chrono::hours(1),
                .now = now};
    }
    Upload upload_of(std::string_view path, std::uint64_t size_bytes = 0,
                     const std::string& account = "lab") {
        return {.stream = Id::random(random),
                .account = account,
                .path = path_of(path),
                .size_bytes = size_bytes,
                .opened = now,
                .touched = now};
    }
};

template <class T>
std::error_code error_of(const Result<T>& result) {
    return result ? std::error_code() : result.error();
}

}  // namespace consign::catalog

// A site's files in a folder of its own, for a test: consign.yaml and policy.d, and what loading
// them says.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "policy/load.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::policy {

inline constexpr std::string_view sample_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP analyser-3";

/// On which no date of the samples is near.
inline constexpr Timestamp some_day{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::March / 1}};

class SiteFolder {
  public:
    SiteFolder() { write("consign.yaml", sound_server()); }

    /// consign.yaml, a key a line, in this order.
    static std::string sound_server() {
        return "version: 1\n"
               "site: depot.example\n"
               "data: data\n"
               "policy: policy.d/*.yaml\n"
               "zone: Europe/Paris\n"
               "keys: {root: \"file:root.key\"}\n"
               "listeners: [{name: labs, protocol: sftp, bind: \"127.0.0.1:0\", host_keys: "
               "[host]}]\n";
    }

    /// The block of one account of policy.d; `more` is indented by four.
    static std::string account(std::string_view id, std::string_view more = {}) {
        return std::string("  ")
            .append(id)
            .append(":\n    home: /homes/")
            .append(id)
            .append("\n    login: {any_of: [publickey, password], keys: [\"")
            .append(sample_key)
            .append("\"], password: $6$salt$hash}\n    grants: [{path: /**, may: [list]}]\n")
            .append(more);
    }

    [[nodiscard]] std::filesystem::path path(std::string_view name) const {
        return folder_.path() / name;
    }

    SiteFolder& write(std::string_view name, std::string_view text) {
        const std::filesystem::path file = path(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream out(file, std::ios::binary);
        out << text;
        if (!out) throw std::runtime_error("a test's file cannot be written");
        return *this;
    }

    [[nodiscard]] Loaded load(Timestamp now = some_day) const {
        return policy::load(path("consign.yaml"), now);
    }

    /// What load() says, a line each.
    [[nodiscard]] std::vector<std::string> said(Timestamp now = some_day) const {
        std::vector<std::string> lines;
        for (const Problem& problem : load(now).problems) lines.push_back(problem.text());
        return lines;
    }

  private:
    TemporaryFolder folder_;
};

}  // namespace consign::policy

// Where the policy's files come from: a folder of the disk, or a version that was kept.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "policy/language/problem.hpp"

namespace consign::policy {

/// Names are relative to the folder of consign.yaml. Errors are for people.
class Source {
  public:
    virtual ~Source() = default;
    [[nodiscard]] virtual std::expected<std::string, std::string> read(
        const std::string& name, std::size_t limit_bytes) const = 0;
    /// What lies in a folder, by its name alone; in any order.
    [[nodiscard]] virtual std::expected<std::vector<std::string>, std::string> names_in(
        const std::filesystem::path& folder) const = 0;
};

class FolderSource final : public Source {
  public:
    explicit FolderSource(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] std::expected<std::string, std::string> read(
        const std::string& name, std::size_t limit_bytes) const override;
    [[nodiscard]] std::expected<std::vector<std::string>, std::string> names_in(
        const std::filesystem::path& folder) const override;

  private:
    std::filesystem::path folder_;
};

class KeptSource final : public Source {
  public:
    /// `files` outlives it.
    explicit KeptSource(const std::vector<SourceFile>& files) : files_(files) {}
    [[nodiscard]] std::expected<std::string, std::string> read(
        const std::string& name, std::size_t limit_bytes) const override;
    [[nodiscard]] std::expected<std::vector<std::string>, std::string> names_in(
        const std::filesystem::path& folder) const override;

  private:
    const std::vector<SourceFile>& files_;
};

}  // namespace consign::policy

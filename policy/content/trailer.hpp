// What the formats of messages and documents end with, watched for as the bytes come, in bounded
// memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace consign::policy::content {

/// The beginnings of a stream's lines, as ASCII: UTF-16 with its mark is taken in, everything that
/// is not ASCII becomes `?`. Blanks and framing before a line are left out, and lines of nothing
/// else.
class LineBeginnings {
  public:
    static constexpr std::size_t kept_bytes = 64;

    /// True where this byte ended a line.
    bool add(std::uint8_t byte);
    /// The line that has just ended, or that has begun.
    [[nodiscard]] std::string_view line() const;
    void next_line() { line_.clear(); }

  private:
    enum class Width : std::uint8_t { bytes, little_endian, big_endian };
    bool add_character(std::uint8_t high, std::uint8_t low);

    std::string line_;
    std::uint64_t position_ = 0;
    Width width_ = Width::bytes;
    std::uint8_t first_ = 0;  // of a pair
};

/// HL7: the trailers BTS and FTS that a batch or file must have, and the counts that they tell.
class BatchTrailer {
  public:
    void add(ByteView bytes);
    [[nodiscard]] bool has_ended() const;

  private:
    void read_line(std::string_view line);

    LineBeginnings lines_;
    std::string first_;  // the file's first segment
    std::string last_;
    std::uint64_t messages_ = 0;  // of the batch
    std::uint64_t messages_of_file_ = 0;
    std::uint64_t batches_ = 0;
    bool counts_are_right_ = true;
};

/// HPRIM: the last line. Santé: the segment L; Médecin: ****FINFICHIER****.
class HprimTrailer {
  public:
    enum class Kind : std::uint8_t { sante, medecin };
    explicit HprimTrailer(Kind kind) : kind_(kind) {}

    void add(ByteView bytes);
    [[nodiscard]] bool has_ended() const;

  private:
    Kind kind_;
    LineBeginnings lines_;
    std::string last_;
};

/// PDF: %%EOF within the last 1024 bytes.
class PdfTrailer {
  public:
    void add(ByteView bytes);
    [[nodiscard]] bool has_ended() const;

  private:
    std::string tail_;
};

}  // namespace consign::policy::content

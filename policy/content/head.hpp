// The first bytes of a file, unpacked, as the readers of the formats take them. Each reader answers
// nothing where the file is not of its format.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "policy/content/charset.hpp"

namespace consign::policy::content {

struct Head {
    explicit Head(ByteView all)
        : bytes(all), charset(guess_charset(all)), text(to_utf8(all, charset)) {}

    ByteView bytes;
    Charset charset;   // guessed
    std::string text;  // the bytes as UTF-8, if the guess is right
};

}  // namespace consign::policy::content

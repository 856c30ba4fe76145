// Precompiled for test programs.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmake/common_pch.h"

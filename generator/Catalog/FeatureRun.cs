using System;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Catalog;

/// <summary>A run of consecutive features that one expression covers.</summary>
/// <param name="From">The first feature.</param>
/// <param name="To">One past the last feature.</param>
/// <param name="Expression">The feature at an index, in a dialect's operations.</param>
public sealed record FeatureRun(int From, int To, Func<Dialect, string, string> Expression);

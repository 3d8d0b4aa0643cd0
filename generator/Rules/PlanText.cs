using System;
using System.Globalization;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Rules;

/// <summary>Says in one line what a declaration costs: shape, work over visible pairs, and memory per cached token.</summary>
internal static class PlanText
{
    private const int BytesOfFloat = 4;

    public static string Describe(AttentionSpec spec, AttentionShape shape, WindowShape? window)
    {
        if (Catalog.Catalog.FindType(spec.Type)?.FeatureMap(spec) is { } map)
        {
            return DescribeLinear(spec, shape, map);
        }

        // A multiply-add counts as two: one for each query-key feature in the score, one for each value feature in the sum.
        // Differential attention sums the values twice, once for each half of the features.
        long flopsPerPair = 2L * shape.Heads * (shape.HeadDim + (shape.ValueDim * (shape.HeadDim / System.Math.Max(shape.QueryDim, 1))));
        long bytesPerToken = BytesPerToken(spec, shape);
        string text = string.Format(
            CultureInfo.InvariantCulture,
            "'{0}' compiles to a {1} {2} kernel: {3} heads of {4} features ({5} key/value heads, {6} value features), scale {7:G6}; {8} FLOPs per visible query-key pair{9}; {10} bytes of keys and values per token; workspace per thread is {0}.WorkspaceBytesPerThread",
            spec.Host.Name,
            shape.Causal ? "causal" : "bidirectional",
            spec.Type,
            shape.Heads,
            shape.HeadDim,
            shape.KvHeads,
            shape.ValueDim,
            shape.Scale,
            flopsPerPair,
            IsCounted(spec) ? Total(shape, window, flopsPerPair) : "",
            bytesPerToken);
        return text;
    }

    // Of a cache: elements as they are stored, and their scales; padding aside.
    private static long BytesPerToken(AttentionSpec spec, AttentionShape shape)
    {
        long features = (long)shape.KvHeads * (shape.HeadDim + shape.ValueDim);
        if (spec.Cache is not { } cache)
        {
            return features * BytesOfFloat;
        }

        long scales = !cache.HasScales ? 0 : cache.QuantBlock == 0 ? 2L * shape.KvHeads : features / System.Math.Max(cache.QuantBlock, 1);
        return (features * cache.ElementBytes) + (scales * BytesOfFloat);
    }

    private static string DescribeLinear(AttentionSpec spec, AttentionShape shape, FeatureMap map) => string.Format(
        CultureInfo.InvariantCulture,
        "'{0}' compiles to a {1} {2} kernel: {3} heads of {4} features ({5} key/value heads, {6} value features), {7} features after the map; {8} FLOPs per token{9}; a state of {10} bytes whatever the length; workspace per thread is {0}.WorkspaceBytesPerThread",
        spec.Host.Name,
        shape.Causal ? "causal" : "bidirectional",
        spec.Type,
        shape.Heads,
        shape.HeadDim,
        shape.KvHeads,
        shape.ValueDim,
        map.Features,
        FeatureWork.FlopsPerToken(shape, map),
        shape.Causal ? " and the pairs within a chunk" : "",
        (long)BytesOfFloat * shape.KvHeads * map.Features * (shape.ValueDim + 1));

    // Which keys are visible is full, causal or a window; other patterns are not counted here.
    private static bool IsCounted(AttentionSpec spec) =>
        spec.Keep is null && Catalog.Catalog.FindType(spec.Type)?.Name is "standard" or "causal" or "local" or "relative" or "t5" or "crossmemory";

    private static string Total(AttentionShape shape, WindowShape? window, long flopsPerPair)
    {
        if (shape.MaxLength == 0 || shape.MaxKeyLength != shape.MaxLength)
        {
            return "";
        }

        double pairs = VisiblePairs(shape, window);
        return string.Format(CultureInfo.InvariantCulture, ", {0:G4} GFLOP for {1} positions", pairs * flopsPerPair / 1e9, shape.MaxLength);
    }

    /// <summary>Pairs that the declaration leaves visible over <c>MaxLength</c> queries and as many keys.</summary>
    public static double VisiblePairs(AttentionShape shape, WindowShape? window)
    {
        double length = shape.MaxLength;
        double left = window?.Left ?? length;
        double right = shape.Causal ? 0 : window?.Right ?? length;
        double sinks = window?.Sinks ?? 0;
        double inWindow = length + Reach(length, left) + Reach(length, right);

        // Sinks outside the window: to its left for late queries, and to its right for early ones unless a causal mask hides them.
        double before = Beyond(length, left, sinks);
        double after = shape.Causal ? 0 : Reach(Math.Min(sinks, length), length) - Reach(Math.Min(sinks, length), right);
        return inWindow + before + after;
    }

    // The sum of min(i, bound) over i = 0 .. length - 1.
    private static double Reach(double length, double bound)
    {
        double rising = Math.Min(length, bound + 1);
        return (rising * (rising - 1) / 2) + (Math.Max(0, length - rising) * bound);
    }

    // The sum of min(max(i - left, 0), sinks) over i = 0 .. length - 1.
    private static double Beyond(double length, double left, double sinks) => Reach(Math.Max(0, length - left), sinks);
}

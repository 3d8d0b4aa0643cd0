using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Rules;

/// <summary>Says in one line what a declaration comes to: shape, tiles, work over visible pairs, workspace, and memory per cached token.</summary>
internal static class PlanText
{
    private const int BytesOfFloat = 4;

    /// <summary>
    /// Floating-point operations of one visible pair, all heads. A multiply-add counts as two: one for each query-key feature in the score, one for each
    /// value feature in the sum. Differential attention sums the values twice, once for each half of the features.
    /// </summary>
    public static long FlopsPerPair(AttentionShape shape) => 2L * shape.Heads * (shape.HeadDim + (shape.ValueDim * (long)(shape.HeadDim / System.Math.Max(shape.QueryDim, 1))));

    /// <summary>The line for a sound declaration.</summary>
    public static string Describe(AttentionSpec spec, AttentionShape shape)
    {
        AttentionType type = Catalog.Catalog.FindType(spec.Type)!;
        if (type.Family == KernelFamily.Scan)
        {
            return DescribeScan(spec, MambaShape.Of(spec));
        }

        bool isLinear = type.Family == KernelFamily.Linear;
        return Text(
            "'{0}' compiles to a {1} {2} kernel: {3} heads of {4} features ({5} key/value heads, {6} value features){7}; {8}; tiles of {9}; {10} bytes of workspace per thread",
            spec.Host.Name,
            shape.Causal ? "causal" : "bidirectional",
            type.Name,
            shape.Heads,
            shape.HeadDim,
            shape.KvHeads,
            shape.ValueDim,
            isLinear ? "" : Text(", scale {0:G6}", shape.Scale),
            isLinear ? Work(shape, type.FeatureMap(spec)!) : Work(spec, shape),
            Tiles(),
            Dialect.Cpu.Max(dialect => isLinear ? new LinearPlan(spec, dialect).WorkspaceBytes : new KernelPlan(spec, dialect).WorkspaceBytes));
    }

    private static string Work(AttentionSpec spec, AttentionShape shape)
    {
        long perPair = FlopsPerPair(shape);
        string total = VisiblePairs.Of(spec, shape) is { } pairs
            ? Text(", {0:G4} GFLOP for {1}, {2:G4} MFLOP per token", pairs * perPair / 1e9, Positions(shape), pairs * perPair / shape.MaxLength / 1e6)
            : "";
        return Text("{0} FLOPs per visible query-key pair{1}; {2} bytes of keys and values per token", perPair, total, BytesPerToken(spec, shape));
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

    private static string Work(AttentionShape shape, FeatureMap map) => Text(
        "{0} features after the map; {1} FLOPs per token{2}; a state of {3} bytes whatever the length",
        map.Features,
        FeatureWork.FlopsPerToken(shape, map),
        shape.Causal ? " and the pairs within a chunk" : "",
        (long)BytesOfFloat * shape.KvHeads * map.Features * (shape.ValueDim + 1));

    private static string DescribeScan(AttentionSpec spec, MambaShape shape) => Text(
        "'{0}' compiles to a {1} scan: {2} channels of {3} states; {4} FLOPs per token, {5} of them exponentials; a state of {6} bytes whatever the length; {7} bytes of workspace per thread",
        spec.Host.Name,
        spec.Type,
        shape.InnerDim,
        shape.StateSize,
        shape.FlopsPerToken,
        (long)shape.InnerDim * shape.StateSize,
        (long)BytesOfFloat * shape.InnerDim * (shape.StateSize + (spec.Host.IsStatic ? 0 : shape.Convolution - 1)),
        Dialect.Cpu.Max(dialect => new ScanPlan(spec, dialect).WorkspaceBytes));

    private static string Positions(AttentionShape shape) =>
        shape.MaxKeyLength == shape.MaxLength ? Text("{0} positions", shape.MaxLength) : Text("{0} queries and {1} keys", shape.MaxLength, shape.MaxKeyLength);

    private static string Tiles() => string.Join(", ", Dialect.Cpu.Select(static dialect =>
        Text("{0} x {1} ({2})", dialect.TileRows, dialect.TileVectors * dialect.Lanes, dialect.Lanes == 1 ? "scalar" : Text("{0} bit", dialect.Lanes * 32))));

    private static string Text(string format, params object[] words) => string.Format(CultureInfo.InvariantCulture, format, words);
}

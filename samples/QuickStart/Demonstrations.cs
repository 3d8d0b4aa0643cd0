using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart;

/// <summary>What the table shows, in order.</summary>
public static class Demonstrations
{
    /// <summary>Every declaration of this sample.</summary>
    public static IReadOnlyList<Demonstration> All { get; } =
    [
        new KernelDemonstration("standard", new(Causal: false), 8, Standard.Forward, Oracle("standard"), default),
        new KernelDemonstration("causal + rope", new(Causal: true), 8, CausalRope.Forward, Oracle("causal", Rope(RotaryLayout.Half)), new(RotaryLayout.Half)),
        new KernelDemonstration("local 128 causal + rope", new(Causal: true, Left: 64), 8, LocalRope.Forward, Local("Window", 128, 0, Rope(RotaryLayout.Half)), new(RotaryLayout.Half)),
        new KernelDemonstration("local 256 left, 4 sinks", new(Causal: true, Left: 256, Sinks: 4), 8, LocalSinks.Forward, Local("WindowLeft", 256, 4), default),
        new KernelDemonstration("causal + alibi", new(Causal: true), 8, CausalAlibi.Forward, Oracle("causal", new ReferenceEncoding("alibi", Parameters.None)), new(Alibi: true)),
        new KernelDemonstration("causal, 2 KV heads + rope interleaved", new(Causal: true), 2, GroupedRope.Forward, Oracle("causal", Rope(RotaryLayout.Interleaved)), new(RotaryLayout.Interleaved)),
        new LayerDemonstration("layer: standard + sinusoidal", new(Causal: false), CreateSinusoidal),
        new LayerDemonstration("layer: causal + learned", new(Causal: true), CreateLearned),
    ];

    private static LayerHandle CreateSinusoidal()
    {
        var layer = new SinusoidalLayer(seed: 4);
        return new(layer, layer.Forward, Copy(layer.Weights), SinusoidAt);
    }

    private static LayerHandle CreateLearned()
    {
        var layer = new LearnedLayer(seed: 5);
        float[] table = Read(layer.Weights, AttentionWeights.PositionTable);
        return new(layer, layer.Forward, Copy(layer.Weights), position => ReferenceProblem.Widen(table.AsSpan(position * TextModel.DModel, TextModel.DModel).ToArray()));
    }

    private static double[] SinusoidAt(int position)
    {
        var row = new double[TextModel.DModel];
        for (int feature = 0; feature < row.Length; feature++)
        {
            double angle = position / Math.Pow(10000, (feature - (feature % 2)) / (double)row.Length);
            row[feature] = feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        }

        return row;
    }

    private static LayerWeights Copy(AttentionWeights weights) => new(
        Read(weights, AttentionWeights.QueryWeight),
        Read(weights, AttentionWeights.KeyWeight),
        Read(weights, AttentionWeights.ValueWeight),
        Read(weights, AttentionWeights.OutputWeight));

    private static float[] Read(AttentionWeights weights, string name)
    {
        var values = new float[weights.Tensors.First(tensor => tensor.Name == name).Length];
        weights.CopyTo(name, values);
        return values;
    }

    private static ReferenceEncoding Rope(RotaryLayout layout) => new("rope", Parameters.None.With("Layout", (int)layout));

    private static ReferenceProblem Local(string bound, int keys, int sinks, params ReferenceEncoding[] encodings) => new()
    {
        Sizes = Empty,
        Query = [],
        Key = [],
        Value = [],
        Type = "local",
        Causal = true,
        Parameters = Parameters.None.With(bound, keys).With("Sinks", sinks),
        Encodings = encodings,
    };

    private static ReferenceProblem Oracle(string type, params ReferenceEncoding[] encodings) =>
        new() { Sizes = Empty, Query = [], Key = [], Value = [], Type = type, Encodings = encodings };

    private static AttentionSizes Empty { get; } = new(0, TextModel.Heads, TextModel.Heads, 0, 0, TextModel.HeadDim, TextModel.HeadDim);
}

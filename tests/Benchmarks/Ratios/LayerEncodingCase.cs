using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What an encoding that is added to a layer's input costs, against the layer without it, projections included.</summary>
public static class LayerEncodingCase
{
    private const string Section = "layer encodings, time against a plain layer";
    private const int Width = 512;
    private static readonly int[] Lengths = [512, 2048];

    private delegate void Forward(float[] input, float[] output, int length);

    /// <summary>Times every layer in turn with the plain one of the same length, on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        using var plain = new PlainLayer();
        using var sinusoidal = new SinusoidalLayer();
        using var learnable = new LearnableSinusoidalLayer();
        using var learned = new LearnedLayer();
        (string Name, Forward Forward)[] layers =
        [
            .. new (string Name, Forward Forward)[]
            {
                ("sinusoidal", (input, output, length) => sinusoidal.Forward(input, output, 1, length, new AttentionArguments { MaxThreads = 1 })),
                ("sinusoidal, learnable", (input, output, length) => learnable.Forward(input, output, 1, length, new AttentionArguments { MaxThreads = 1 })),
                ("learned", (input, output, length) => learned.Forward(input, output, 1, length, new AttentionArguments { MaxThreads = 1 })),
            }.Where(layer => settings.Wants(Section, layer.Name)),
        ];
        foreach (int length in layers.Length == 0 ? [] : Lengths)
        {
            float[] input = new float[length * Width], output = new float[length * Width];
            NormalDraw.Fill(input, length);
            Contender[] contenders =
            [
                .. layers.Prepend(("plain", (input, output, length) => plain.Forward(input, output, 1, length, new AttentionArguments { MaxThreads = 1 })))
                    .Select(layer => new Contender($"{layer.Name} S={length}", Work(length), () => layer.Forward(input, output, length))),
            ];
            Series[] series = Alternation.Measure(contenders, settings.Rounds);
            foreach (Series item in series.Skip(1))
            {
                yield return new(Section, item.Contender.Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, item.Rate);
                yield return new(Section, item.Contender.Name, "time vs plain", FigureUnit.Ratio, series[0].Over(item));
            }
        }
    }

    // Four projections, then a product and a sum over all keys.
    private static double Work(int length) => (8.0 * length * Width * Width) + (4.0 * length * length * Width);
}

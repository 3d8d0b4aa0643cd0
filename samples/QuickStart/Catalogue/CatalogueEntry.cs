using System.Diagnostics;
using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart.Catalogue;

/// <summary>One declaration of the catalogue, on seeded random inputs.</summary>
/// <param name="Kind">type, encoding or modifier.</param>
/// <param name="Name">Its name in the catalogue.</param>
public abstract record CatalogueEntry(string Kind, string Name)
{
    /// <summary>Positions of the inputs.</summary>
    public const int Length = 256;

    /// <summary>The declared class.</summary>
    public abstract Type Host { get; }

    /// <summary>Runs it and checks every row.</summary>
    public abstract CatalogueRow Run(int threads);

    /// <summary>Unit normal numbers.</summary>
    internal static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        foreach (ref float value in values.AsSpan())
        {
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Milliseconds of one call; another before it has compiled the code.</summary>
    protected static double Time(Action call)
    {
        call();
        long start = Stopwatch.GetTimestamp();
        call();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

/// <summary>One line of the catalogue's table.</summary>
/// <param name="Entry">What was run.</param>
/// <param name="Written">What its declaration says besides name and shape.</param>
/// <param name="Shape">The sizes of its input.</param>
/// <param name="VisiblePairs">(query, key) pairs that take part, over all heads.</param>
/// <param name="Milliseconds">One call.</param>
/// <param name="Accuracy">Every row against the oracle.</param>
public sealed record CatalogueRow(CatalogueEntry Entry, string Written, string Shape, long VisiblePairs, double Milliseconds, Accuracy Accuracy);

/// <summary>A kernel host.</summary>
/// <param name="Kind">type, encoding or modifier.</param>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Forward">The generated entry point.</param>
public sealed record KernelEntry(string Kind, string Name, KernelForward Forward) : CatalogueEntry(Kind, Name)
{
    /// <inheritdoc/>
    public override Type Host => Forward.Method.DeclaringType!;

    /// <inheritdoc/>
    public override CatalogueRow Run(int threads)
    {
        var written = new WrittenDeclaration(Host);
        (int heads, int kvHeads, int dim) = (written.Heads, written.KvHeads, written.HeadDim);
        float[] query = Draw(heads * Length * dim, 1), key = Draw(kvHeads * Length * dim, 2), value = Draw(kvHeads * Length * dim, 3), output = new float[query.Length];
        var tensors = new CallTensors(written);
        double milliseconds = Time(() => Forward(query, key, value, output, 1, Length, Length, tensors.Arguments(written, threads)));
        ReferenceProblem problem = written.Problem(Length, ReferenceProblem.Widen(query), ReferenceProblem.Widen(key), ReferenceProblem.Widen(value), written.Encodings, tensors);
        return new(this, written.Text, $"[{heads}{(kvHeads == heads ? "" : $"/{kvHeads}")}, {Length}, {dim}]", ReferenceAttention.VisiblePairs(problem), milliseconds, Compare(problem, output));
    }

    private static Accuracy Compare(ReferenceProblem problem, float[] output)
    {
        ReferenceResult exact = ReferenceAttention.Forward(problem);
        int dim = problem.Sizes.ValueDim;
        double worst = 0;
        bool within = true;
        for (int i = 0; i < output.Length; i++)
        {
            double error = Math.Abs(output[i] - exact.Output[i]);
            within &= error <= exact.OutputTolerance[i / dim];
            worst = double.IsNaN(error) || error > worst ? error : worst;
        }

        return new(problem.Sizes.RowCount, worst, within);
    }
}

/// <summary>A layer host.</summary>
/// <param name="Kind">type, encoding or modifier.</param>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Create">Makes the layer.</param>
/// <param name="Parts">Its entry point and weights.</param>
public sealed record LayerEntry<TLayer>(string Kind, string Name, Func<TLayer> Create, Func<TLayer, (LayerForward Forward, AttentionWeights Weights)> Parts) : CatalogueEntry(Kind, Name)
    where TLayer : IDisposable
{
    // Inputs and projected rows are of unit scale: some 170 roundings of 1.
    private const double Tolerance = 1e-5;

    /// <inheritdoc/>
    public override Type Host => typeof(TLayer);

    /// <inheritdoc/>
    public override CatalogueRow Run(int threads)
    {
        var written = new WrittenDeclaration(Host);
        using TLayer layer = Create();
        (LayerForward forward, AttentionWeights weights) = Parts(layer);
        float[] input = Draw(Length * written.DModel, 1), output = new float[input.Length];
        double milliseconds = Time(() => forward(input, output, 1, Length, new AttentionArguments { MaxThreads = threads }));
        ReferenceEncoding[] encodings = [.. written.Encodings.Select(encoding => encoding.Name == PositionalEncodings.Learned ? encoding with { Parameters = encoding.Parameters.With("Table", Read(weights, AttentionWeights.PositionTable)) } : encoding)];
        ReferenceProblem problem = written.Problem(Length, [], [], [], encodings);
        var matrices = new LayerWeights(
            Read(weights, AttentionWeights.QueryWeight),
            Read(weights, AttentionWeights.KeyWeight),
            Read(weights, AttentionWeights.ValueWeight),
            Read(weights, AttentionWeights.OutputWeight));
        double[] exact = ReferenceLayer.Forward(matrices, problem, written.DModel, input);
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = Math.Abs(output[i] - exact[i]);
            worst = double.IsNaN(error) || error > worst ? error : worst;
        }

        return new(this, written.Text, $"[{Length}, {written.DModel}]", ReferenceAttention.VisiblePairs(problem), milliseconds, new(Length, worst, worst <= Tolerance));
    }

    private static float[] Read(AttentionWeights weights, string name)
    {
        var values = new float[weights.Tensors.First(tensor => tensor.Name == name).Length];
        weights.CopyTo(name, values);
        return values;
    }
}

using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>The weights of a mamba layer (Gu and Dao 2023), under the names of the paper's code.</summary>
/// <remarks>
/// In memory a projection is <c>[input features, output features]</c>, row-major; in files it is the transpose, as PyTorch's <c>nn.Linear</c> stores it. The convolution is
/// <c>[InnerDim, Convolution]</c>, in files <c>[InnerDim, 1, Convolution]</c>. New weights are those of the paper's code: projections and convolution uniform within
/// ±1/sqrt(inputs), step sizes log-uniform from 0.001 to 0.1 by dt_proj's bias, its weight uniform within ±1/sqrt(DtRank), A_log = log(1 .. StateSize) and D = 1.
/// </remarks>
public sealed class MambaWeights : WeightSet
{
    /// <summary>x to the scan's input and its gate <c>[DModel, 2 * InnerDim]</c>.</summary>
    public const string InputWeight = "in_proj.weight";

    /// <summary>The depthwise causal convolution <c>[InnerDim, Convolution]</c>.</summary>
    public const string ConvolutionWeight = "conv1d.weight";

    /// <summary>Its bias <c>[InnerDim]</c>.</summary>
    public const string ConvolutionBias = "conv1d.bias";

    /// <summary>The scan's input to the features of step sizes, B and C <c>[InnerDim, DtRank + 2 * StateSize]</c>.</summary>
    public const string SelectionWeight = "x_proj.weight";

    /// <summary>Those features to step sizes before softplus <c>[DtRank, InnerDim]</c>.</summary>
    public const string StepWeight = "dt_proj.weight";

    /// <summary>Their bias <c>[InnerDim]</c>.</summary>
    public const string StepBias = "dt_proj.bias";

    /// <summary>log(-A) <c>[InnerDim, StateSize]</c>.</summary>
    public const string LogRates = "A_log";

    /// <summary>D, the skip <c>[InnerDim]</c>.</summary>
    public const string Skip = "D";

    /// <summary>The gated output back to the model's width <c>[InnerDim, DModel]</c>.</summary>
    public const string OutputWeight = "out_proj.weight";

    private const double LeastStep = 0.001, GreatestStep = 0.1;

    private readonly float[] logRates;

    /// <summary>New weights.</summary>
    /// <param name="shape">Their sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is <c>default</c>.</exception>
    public MambaWeights(MambaShape shape, int seed = 0)
    {
        if (shape.DModel == 0)
        {
            throw new ArgumentException("Expected a shape made by its constructor, but it is default: DModel is 0.", nameof(shape));
        }

        Shape = shape;
        Input = new Projection(shape.DModel, 2 * shape.InnerDim, bias: false, shape.Precision);
        Selection = new Projection(shape.InnerDim, shape.Selection, bias: false, shape.Precision);
        Step = new Projection(shape.DtRank, shape.InnerDim, bias: true, shape.Precision);
        Output = new Projection(shape.InnerDim, shape.DModel, bias: false, shape.Precision);
        Taps = new float[shape.InnerDim * shape.Convolution];
        TapBias = new float[shape.InnerDim];
        logRates = new float[shape.InnerDim * shape.StateSize];
        Rates = new float[logRates.Length];
        SkipValues = new float[shape.InnerDim];
        Own(
        [
            new(InputWeight, Input.Weight),
            new(ConvolutionWeight, Taps, shape.InnerDim, shape.Convolution, [shape.InnerDim, 1, shape.Convolution]),
            new(ConvolutionBias, TapBias, 0, shape.InnerDim),
            new(SelectionWeight, Selection.Weight),
            new(StepWeight, Step.Weight),
            new(StepBias, Step.Bias, 0, shape.InnerDim),
            new(LogRates, logRates, shape.InnerDim, shape.StateSize),
            new(Skip, SkipValues, 0, shape.InnerDim),
            new(OutputWeight, Output.Weight),
        ]);
        Initialise(seed);
    }

    /// <summary>Their sizes.</summary>
    public MambaShape Shape { get; }

    /// <summary>in_proj.</summary>
    internal Projection Input { get; }

    /// <summary>x_proj.</summary>
    internal Projection Selection { get; }

    /// <summary>dt_proj.</summary>
    internal Projection Step { get; }

    /// <summary>out_proj.</summary>
    internal Projection Output { get; }

    /// <summary><c>[InnerDim, Convolution]</c>.</summary>
    internal float[] Taps { get; }

    /// <summary><c>[InnerDim]</c>.</summary>
    internal float[] TapBias { get; }

    /// <summary>A = -exp(A_log) <c>[InnerDim, StateSize]</c>.</summary>
    internal float[] Rates { get; }

    /// <summary>D <c>[InnerDim]</c>.</summary>
    internal float[] SkipValues { get; }

    private protected override void Free()
    {
        Input.Dispose();
        Selection.Dispose();
        Step.Dispose();
        Output.Dispose();
    }

    private protected override void OnChanged()
    {
        for (int n = 0; n < Rates.Length; n++)
        {
            Rates[n] = -MathF.Exp(logRates[n]);
        }
    }

    // Each tensor has a stream of seeded draws of its own.
    private void Initialise(int seed)
    {
        Draw(Input.Weight, seed, 0, Shape.DModel);
        Draw(Selection.Weight, seed, 1, Shape.InnerDim);
        Draw(Step.Weight, seed, 2, Shape.DtRank);
        Draw(Output.Weight, seed, 3, Shape.InnerDim);
        double limit = 1 / Math.Sqrt(Shape.Convolution);
        new WeightInitialiser(seed, 4).Uniform(Taps, limit);
        new WeightInitialiser(seed, 5).Uniform(TapBias, limit);
        new WeightInitialiser(seed, 6).InverseSoftplusLogUniform(Step.Bias, LeastStep, GreatestStep);
        Array.Fill(SkipValues, 1f);
        for (int n = 0; n < logRates.Length; n++)
        {
            logRates[n] = MathF.Log(1 + (n % Shape.StateSize));
        }

        OnChanged();
    }

    private static void Draw(PackedMatrix weight, int seed, int stream, int inputs)
    {
        float[] values = new float[weight.Depth * weight.Columns];
        new WeightInitialiser(seed, stream).Uniform(values, 1 / Math.Sqrt(inputs));
        weight.Set(values);
    }
}

namespace AttentionGen.Reference;

/// <summary>
/// One sequence of a selective scan, all rows contiguous: the recurrence of Gu and Dao 2023 (section 3.2, algorithm 2, with the zero-order hold for A and Euler's rule for B
/// as in their code), in double precision and as plainly as the formula stands.
/// </summary>
public sealed record SelectiveScan
{
    /// <summary>The attention type.</summary>
    public const string Name = "mamba";

    /// <summary>Channels.</summary>
    public required int Channels { get; init; }

    /// <summary>States of each channel.</summary>
    public required int States { get; init; }

    /// <summary>Positions.</summary>
    public required int Length { get; init; }

    /// <summary><c>[length, channels]</c>.</summary>
    public required double[] U { get; init; }

    /// <summary><c>[length, channels]</c>, before softplus.</summary>
    public required double[] Delta { get; init; }

    /// <summary><c>[channels, states]</c>.</summary>
    public required double[] A { get; init; }

    /// <summary><c>[length, states]</c>.</summary>
    public required double[] B { get; init; }

    /// <summary><c>[length, states]</c>.</summary>
    public required double[] C { get; init; }

    /// <summary><c>[channels]</c>, or null.</summary>
    public double[]? D { get; init; }

    /// <summary><c>[length, channels]</c> before SiLU, or null.</summary>
    public double[]? Z { get; init; }

    /// <summary>log(1 + e^x), which neither overflows nor cancels.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    /// <summary>x / (1 + e^-x).</summary>
    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>The output <c>[length, channels]</c>, and how far a careful single-precision kernel may stray from each element.</summary>
    public (double[] Output, double[] Tolerance) Forward()
    {
        var output = new double[Length * Channels];
        var tolerance = new double[Length * Channels];
        for (int channel = 0; channel < Channels; channel++)
        {
            var state = new double[States];
            var error = new double[States];
            for (int t = 0; t < Length; t++)
            {
                (output[(t * Channels) + channel], tolerance[(t * Channels) + channel]) = Advance(t, channel, state, error);
            }
        }

        return (output, tolerance);
    }

    private (double Output, double Tolerance) Advance(int t, int channel, double[] state, double[] error)
    {
        double u = U[(t * Channels) + channel];
        double delta = Delta[(t * Channels) + channel], step = Softplus(delta), relative = ScanErrorBound.Step(delta);
        double sum = D is null ? 0 : D[channel] * u;
        double size = Math.Abs(sum), strayed = 0;
        for (int n = 0; n < States; n++)
        {
            double exponent = step * A[(channel * States) + n];
            double decay = Math.Exp(exponent), added = step * B[(t * States) + n] * u;
            double next = (decay * state[n]) + added;
            error[n] = ScanErrorBound.State(relative, exponent, decay, state[n], error[n], added, next);
            state[n] = next;
            double c = C[(t * States) + n];
            sum += c * next;
            size += Math.Abs(c * next);
            strayed += Math.Abs(c) * error[n];
        }

        double bound = ScanErrorBound.Sum(strayed, size, States);
        return Z is null ? (sum, bound) : ScanErrorBound.Gate(sum, bound, Z[(t * Channels) + channel]);
    }
}

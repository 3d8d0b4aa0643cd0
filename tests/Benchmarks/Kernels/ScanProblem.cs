namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Seeded inputs <c>[1, length, channels]</c> for the selective scan.</summary>
public sealed class ScanProblem
{
    private const int Channels = Mamba256.InnerDim;
    private const int States = Mamba256.StateSize;

    /// <summary>
    /// Floating-point operations of one state at one position: the exponent's product, five multiply-adds of the exponential's polynomial with its range reduction and scaling,
    /// the product that is added, and the multiply-adds of the state and of the sum. They are eleven instructions, so that the ceiling of multiply-adds can be reached to 82%.
    /// </summary>
    private const double FlopsPerState = 18;

    private readonly float[] u;
    private readonly float[] delta;
    private readonly float[] a;
    private readonly float[] b;
    private readonly float[] c;
    private readonly float[] d;
    private readonly float[] z;
    private readonly float[] output;

    /// <summary>Draws inputs from a standard normal distribution, step sizes about 0.02 as in a trained model, and the rates of decay that a new model has.</summary>
    public ScanProblem(int length)
    {
        const float Shift = -4;
        Length = length;
        u = Draw(length * Channels, 1);
        delta = Draw(length * Channels, 2);
        for (int n = 0; n < delta.Length; n++)
        {
            delta[n] += Shift;
        }

        z = Draw(length * Channels, 3);
        b = Draw(length * States, 4);
        c = Draw(length * States, 5);
        d = Draw(Channels, 6);
        a = [.. Enumerable.Range(0, Channels * States).Select(static n => -(float)(1 + (n % States)))];
        output = new float[u.Length];
    }

    /// <summary>Positions.</summary>
    public int Length { get; }

    /// <summary>Operations of one call.</summary>
    public double Flops => FlopsPerState * Channels * States * Length;

    /// <summary>One call over all positions.</summary>
    public void Run(SimdTier tier) => Mamba256.Scan(u, delta, a, b, c, d, z, output, 1, Length, new AttentionArguments { MaxThreads = 1, Tier = tier });

    /// <summary>All positions one by one from a state.</summary>
    public void RunInSteps(RecurrentState state, SimdTier tier)
    {
        for (int t = 0; t < Length; t++)
        {
            Mamba256.Step(
                u.AsSpan(t * Channels, Channels),
                delta.AsSpan(t * Channels, Channels),
                a,
                b.AsSpan(t * States, States),
                c.AsSpan(t * States, States),
                d,
                z.AsSpan(t * Channels, Channels),
                output.AsSpan(t * Channels, Channels),
                state,
                1,
                1,
                new AttentionArguments { MaxThreads = 1, Tier = tier });
        }
    }

    /// <summary>Runs once and compares sampled channels with a double-precision evaluation of the recurrence.</summary>
    /// <exception cref="InvalidDataException">A sampled element is off by more than 1e-5.</exception>
    public void Verify(SimdTier tier)
    {
        Run(tier);
        for (int channel = 0; channel < Channels; channel += 73)
        {
            var state = new double[States];
            for (int t = 0; t < Length; t++)
            {
                double exact = Advance(t, channel, state);
                float actual = output[(t * Channels) + channel];
                if (!(Math.Abs(actual - exact) <= 1e-5))
                {
                    throw new InvalidDataException(FormattableString.Invariant($"Mamba256, position {t}, channel {channel}: {actual} where double precision gives {exact}."));
                }
            }
        }
    }

    private double Advance(int t, int channel, double[] state)
    {
        int at = (t * Channels) + channel;
        double step = Math.Log(1 + Math.Exp(delta[at])), sum = (double)d[channel] * u[at];
        for (int n = 0; n < States; n++)
        {
            state[n] = (Math.Exp(step * a[(channel * States) + n]) * state[n]) + (step * b[(t * States) + n] * u[at]);
            sum += c[(t * States) + n] * state[n];
        }

        return sum * z[at] / (1 + Math.Exp(-z[at]));
    }

    private static float[] Draw(int count, int seed)
    {
        var data = new float[count];
        NormalDraw.Fill(data, seed);
        return data;
    }
}

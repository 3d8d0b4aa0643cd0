namespace AttentionGen.Reference;

/// <summary>How far a careful single-precision scan may stray from the exact result, carried along the recurrence (running error analysis, Higham 2002, section 3.3).</summary>
/// <remarks>
/// With u = 2^-24: a step size s = softplus(x) errs by 6 u of itself and, where x is negative and so s an exponential, by |x| u more on machines that do not fuse multiply and add; its product with A by
/// another 2 u, which moves the exponential by |exponent| times that; the exponential itself by 4 u. So a state, decay * state + added, errs by what the decay leaves of its former error, by
/// |exponent| times the exponent's error and 4 u of the decayed state, by the step's error and 3 u of what is added, and by the rounding of the sum. A state that decays slowly keeps the errors of many steps, as any FP32 recurrence does: the bound grows with 1 / (1 - decay) and then stays.
/// </remarks>
public static class ScanErrorBound
{
    // What is flushed to zero below FP32's range.
    private const double Flushed = 1e-36;

    /// <summary>The relative error of a step size, in units of roundoff.</summary>
    /// <param name="delta">Before softplus.</param>
    public static double Step(double delta) => 6 + Math.Max(0, -delta);

    /// <summary>The error of a state after a position.</summary>
    /// <param name="step">The step size's relative error, in units of roundoff.</param>
    /// <param name="exponent">Step size times A.</param>
    /// <param name="decay">Its exponential.</param>
    /// <param name="state">The state before.</param>
    /// <param name="error">Its error.</param>
    /// <param name="added">Step size times B times u.</param>
    /// <param name="next">The state after.</param>
    public static double State(double step, double exponent, double decay, double state, double error, double added, double next) =>
        (decay * error)
        + (ErrorBound.UnitRoundoff * ((Math.Abs(decay * state) * (((step + 2) * Math.Abs(exponent)) + 4)) + ((step + 3) * Math.Abs(added)) + Math.Abs(next)))
        + (Flushed * (1 + Math.Abs(state)));

    /// <summary>The error of C . state + D * u: the roundings of partial sums are a random walk, of which five standard deviations are allowed.</summary>
    /// <param name="strayed">The states' errors times |C|.</param>
    /// <param name="size">The sum of the terms' sizes.</param>
    /// <param name="states">States.</param>
    public static double Sum(double strayed, double size, int states) => strayed + (ErrorBound.UnitRoundoff * size * (2 + (3 * Math.Sqrt(states))));

    /// <summary>A sum times SiLU(z), with the error of both.</summary>
    public static (double Output, double Tolerance) Gate(double sum, double bound, double z)
    {
        double gate = SelectiveScan.Silu(z);
        return (sum * gate, (bound * Math.Abs(gate)) + (Math.Abs(sum * gate) * ErrorBound.UnitRoundoff * (8 + (2 * Math.Abs(z)))) + (Flushed * (1 + Math.Abs(sum))));
    }
}

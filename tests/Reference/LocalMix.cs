namespace AttentionGen.Reference;

/// <summary>An output that is mixed with local features: r * cross + (1 - r) * local, and local once more as a residual.</summary>
public static class LocalMix
{
    /// <summary>The factors on what attention gives and on the local features.</summary>
    public static (double Attended, double Local) Shares(Parameters parameters)
    {
        double ratio = parameters.Number("FusionRatio", 0.5);
        return (ratio, (1 - ratio) + parameters.Int("Residual", 0));
    }

    /// <summary>A kernel's row, mixed with the same row of <see cref="ReferenceProblem.LocalFeatures"/>.</summary>
    public static ReferenceRow Apply(ReferenceProblem problem, ReferenceRow attended, int row)
    {
        (double ratio, double share) = Shares(problem.Parameters);
        int dim = problem.Sizes.ValueDim;
        double[] local = ReferenceProblem.Widen(problem.LocalFeatures.AsSpan(row * dim, dim));
        double largest = local.Concat(attended.Output).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return attended with
        {
            Output = [.. attended.Output.Select((value, feature) => (ratio * value) + (share * local[feature]))],

            // Two factors, two products and a sum, each rounded once, of terms no larger than this.
            OutputTolerance = (ratio * attended.OutputTolerance) + (6 * ErrorBound.UnitRoundoff * (1 + share) * largest),
        };
    }
}

using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A smooth bound on the scores.</summary>
public sealed class SoftcapModifier : Modifier
{
    public override string Summary => "scores become Softcap * tanh(score / Softcap) before biases and masks (Gemma 2, 2024)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Softcap", ParameterKind.Double, "no cap", 0, "", "Bound on the scaled scores."),
    ];

    public override bool IsDeclared(AttentionSpec spec) => spec.Find("Softcap") is not null;

    public override IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec) => [new Cap()];

    /// <summary>
    /// Queries come scaled by 1 / Softcap. tanh is the rational minimax approximation of degrees 13 and 6 on [-9, 9], past which it is 1 in FP32;
    /// relative error a few units in the last place.
    /// </summary>
    private sealed class Cap : ScoreStep
    {
        private static readonly double[] Numerator =
            [-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03];

        private static readonly double[] Denominator = [1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03];

        public override ScoreOrder Order => ScoreOrder.Cap;

        public override bool UsesIndices => false;

        public override IEnumerable<string> Statements(Dialect dialect, ScoreAt at)
        {
            // The bounds stand first: of a NaN and a bound, the score is taken.
            yield return $"{dialect.Float} x = {dialect.Minimum(dialect.Broadcast("9f"), dialect.Maximum(dialect.Broadcast("-9f"), at.Score))};";
            yield return $"{dialect.Float} square = {dialect.Multiply("x", "x")};";
            yield return $"{dialect.Float} numerator = {Horner(dialect, Numerator)};";
            yield return $"{dialect.Float} denominator = {Horner(dialect, Denominator)};";
            yield return $"{at.Score} = {dialect.Multiply(dialect.Divide(dialect.Multiply("x", "numerator"), "denominator"), dialect.Broadcast("ScoreCap"))};";
        }

        private static string Horner(Dialect dialect, double[] coefficients)
        {
            string text = Constant(dialect, coefficients[0]);
            for (int n = 1; n < coefficients.Length; n++)
            {
                text = dialect.MultiplyAdd(text, "square", Constant(dialect, coefficients[n]));
            }

            return text;
        }

        private static string Constant(Dialect dialect, double value) => dialect.Broadcast(Literals.Of((float)value));
    }
}

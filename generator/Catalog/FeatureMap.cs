using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Catalog;

/// <summary>How an attention without softmax maps queries and keys to positive features, whose products are the weights.</summary>
/// <param name="Function">What is applied to each feature.</param>
/// <param name="Features">Features after the map.</param>
/// <param name="IsProjected">Whether rows are multiplied by a matrix of random features [features, head dim] first.</param>
/// <param name="InputScale">What rows are multiplied by before anything else (positions aside).</param>
public sealed record FeatureMap(FeatureFunction Function, int Features, bool IsProjected, double InputScale)
{
    /// <summary>The function in words of the generated code's comments.</summary>
    public string Formula => Function switch
    {
        FeatureFunction.EluPlusOne => "elu(x) + 1",
        FeatureFunction.Relu => "max(x, 0) + 0.001",
        _ => "exp(x - |row|^2 / 2)",
    };

    /// <summary>A feature after the function; the exponential takes its argument in base-2 units, with what stabilises it already subtracted.</summary>
    public string Apply(Dialect dialect, string x) => Function switch
    {
        FeatureFunction.EluPlusOne => dialect.Select(
            dialect.AtLeast(x, dialect.Zero),
            dialect.Add(x, dialect.Broadcast("1f")),
            dialect.Exp2(dialect.Multiply(x, dialect.Broadcast("Log2OfE")))),

        // The bound stands first: Maximum gives its second operand where either is NaN, which must not vanish.
        FeatureFunction.Relu => dialect.Add(dialect.Maximum(dialect.Zero, x), dialect.Broadcast("0.001f")),
        _ => dialect.Exp2(x),
    };
}

/// <summary>What a feature map applies to each feature. The values are those of the runtime's exact rows.</summary>
public enum FeatureFunction
{
    /// <summary><c>elu(x) + 1</c>.</summary>
    EluPlusOne,

    /// <summary><c>max(x, 0) + 0.001</c>.</summary>
    Relu,

    /// <summary><c>exp(x - |row|^2 / 2)</c>, with row the scaled row that x is a projection of.</summary>
    Exponential,
}

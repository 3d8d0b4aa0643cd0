namespace AttentionGen.Generator.Spec;

/// <summary>The numbers that a valid mamba declaration comes to, with every default filled in.</summary>
/// <param name="DModel">Features of a layer's input and output.</param>
/// <param name="InnerDim">Channels of the scan.</param>
/// <param name="StateSize">States of each channel.</param>
/// <param name="Convolution">Positions that the causal convolution sees.</param>
/// <param name="DtRank">Rank of the projection that gives step sizes.</param>
/// <param name="MaxLength">The most positions, or 0.</param>
public sealed record MambaShape(int DModel, int InnerDim, int StateSize, int Convolution, int DtRank, int MaxLength)
{
    private const int DefaultStateSize = 16;
    private const int DefaultConvolution = 4;
    private const int DefaultExpansion = 2;
    private const int FeaturesPerRank = 16;

    /// <summary>Concludes the numbers. Meaningful only for a spec without blocking violations; never throws.</summary>
    public static MambaShape Of(AttentionSpec spec)
    {
        int dModel = spec.Int("DModel");
        int rank = spec.Int("DtRank");
        return new MambaShape(
            dModel,
            unchecked(dModel * spec.Int("Expansion", DefaultExpansion)),
            spec.Int("StateSize", DefaultStateSize),
            spec.Int("Convolution", DefaultConvolution),
            rank > 0 ? rank : (dModel / FeaturesPerRank) + (dModel % FeaturesPerRank > 0 ? 1 : 0),
            spec.Int("MaxLength"));
    }

    /// <summary>
    /// Floating-point operations of one position of the scan: nine for each state (its decay's exponent, the state's two multiply-adds and the sum over states; the exponential counts as one),
    /// and softplus, gate and skip as eight for each channel.
    /// </summary>
    public long FlopsPerToken => (8L * InnerDim * StateSize) + (8L * InnerDim);
}

namespace AttentionGen;

/// <summary>The sizes of a mamba layer's weights.</summary>
public readonly record struct MambaShape
{
    /// <summary>The sizes of a mamba layer's weights.</summary>
    /// <param name="dModel">Features of the layer's input and output.</param>
    /// <param name="innerDim">Channels of the scan.</param>
    /// <param name="stateSize">States of each channel.</param>
    /// <param name="convolution">Positions that the causal convolution sees.</param>
    /// <param name="dtRank">Rank of the projection that gives step sizes.</param>
    /// <param name="precision">How the weights of the four projections are stored.</param>
    /// <exception cref="ArgumentException">A size is not positive, or a matrix is too large for a span.</exception>
    public MambaShape(int dModel, int innerDim, int stateSize, int convolution, int dtRank, WeightPrecision precision = WeightPrecision.Single)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dModel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(innerDim);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stateSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(convolution);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dtRank);
        LayerShape.CheckMatrix(dModel, 2L * innerDim, nameof(innerDim));
        LayerShape.CheckMatrix(innerDim, stateSize, nameof(stateSize));
        LayerShape.CheckMatrix(innerDim, convolution, nameof(convolution));
        LayerShape.CheckMatrix(innerDim, dtRank + (2L * stateSize), nameof(dtRank));
        DModel = dModel;
        InnerDim = innerDim;
        StateSize = stateSize;
        Convolution = convolution;
        DtRank = dtRank;
        Precision = precision;
    }

    /// <summary>Features of the layer's input and output.</summary>
    public int DModel { get; }

    /// <summary>Channels of the scan.</summary>
    public int InnerDim { get; }

    /// <summary>States of each channel.</summary>
    public int StateSize { get; }

    /// <summary>Positions that the causal convolution sees.</summary>
    public int Convolution { get; }

    /// <summary>Rank of the projection that gives step sizes.</summary>
    public int DtRank { get; }

    /// <summary>How the weights of the four projections are stored.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>What x_proj gives for one position: the step size's features, B and C.</summary>
    internal int Selection => DtRank + (2 * StateSize);
}

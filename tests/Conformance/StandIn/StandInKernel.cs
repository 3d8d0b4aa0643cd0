using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.StandIn;

/// <summary>
/// A slow single-precision kernel behind the same surface as the generated ones. It proves that the suite passes what is right, and,
/// with a <see cref="Mutant"/> planted, that it refuses what is wrong.
/// </summary>
public sealed class StandInKernel(Declaration declaration, Mutant mutant)
{
    private readonly HeadShape shape = declaration.Shape;
    private readonly StandInMask mask = new(declaration, mutant);
    private readonly StandInEncoding encoding = new(declaration, mutant);

    public static KernelHost Host(Declaration declaration, Mutant mutant = Mutant.None)
    {
        var kernel = new StandInKernel(declaration, mutant);
        return new KernelHost(declaration, kernel.Forward, kernel.Forward);
    }

    public void Forward(KernelCall call)
    {
        for (int batch = 0; batch < call.Query.Layout.Batch; batch++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                for (int query = 0; query < call.Query.Layout.Length; query++)
                {
                    Row(call, batch, head, query);
                }
            }
        }
    }

    private void Row(KernelCall call, int batch, int head, int query)
    {
        int kvHead = mutant == Mutant.GroupsInterleaved ? head % shape.KvHeads : head / (shape.Heads / shape.KvHeads);
        int keyLength = call.Key.Layout.Length;
        float[] scores = new float[keyLength];
        float max = float.NegativeInfinity;
        float[] encodedQuery = encoding.Encode(Read(call, call.Query, batch, head, query), encoding.QueryPosition(call, batch, query));
        for (int key = 0; key < keyLength; key++)
        {
            scores[key] = mask.Sees(call, batch, head, query, key) ? Score(call, encodedQuery, batch, head, kvHead, query, key) : float.NegativeInfinity;
            max = mutant == Mutant.NaNIgnored ? float.MaxNumber(max, scores[key]) : MathF.Max(max, scores[key]);
        }

        max = mutant == Mutant.MaxSubtractionMissing && !float.IsNegativeInfinity(max) ? 0 : max;
        Normalise(scores, max, out float sum);
        Write(call, scores, max, sum, batch, head, kvHead, query);
    }

    private float Score(KernelCall call, float[] query, int batch, int head, int kvHead, int queryIndex, int key)
    {
        float[] encodedKey = encoding.Encode(Read(call, call.Key, batch, kvHead, key), encoding.KeyPosition(call, batch, key));
        float dot = 0;
        for (int feature = 0; feature < shape.HeadDim; feature++)
        {
            dot = MathF.FusedMultiplyAdd(query[feature], encodedKey[feature], dot);
        }

        double temperature = mutant == Mutant.ScaleIgnoresTemperature ? 1 : declaration.Parameters.Number("Temperature", 1);
        double root = mutant == Mutant.ScaleOfHeadDim ? shape.HeadDim : Math.Sqrt(shape.HeadDim);
        float scale = (float)declaration.Parameters.Number("Scale", 1 / (root * temperature));
        float bias = mask.Bias(call, batch, head, queryIndex, key);
        float distance = encoding.DistanceBias(call, head, queryIndex, key);
        return mutant == Mutant.BiasScaled ? ((dot + bias) * scale) + distance : (dot * scale) + bias + distance;
    }

    private void Normalise(float[] scores, float max, out float sum)
    {
        sum = 0;
        for (int key = 0; key < scores.Length; key++)
        {
            float weight = float.IsNegativeInfinity(max) ? 0 : MathF.Exp(scores[key] - max);
            weight = mutant switch
            {
                Mutant.ExponentialFivePlaces => weight * (1 + (1e-5f * MathF.Sin(40 * scores[key]))),
                Mutant.HalfPrecisionWeights => (float)(Half)weight,
                Mutant.NaNIgnored when float.IsNaN(weight) => 0,
                _ => weight,
            };
            scores[key] = weight;
            sum += weight;
        }
    }

    private void Write(KernelCall call, float[] weights, float max, float sum, int batch, int head, int kvHead, int query)
    {
        bool masked = float.IsNegativeInfinity(max);
        for (int feature = 0; feature < shape.ValueDim && !(masked && mutant == Mutant.MaskedRowKeepsOutput); feature++)
        {
            float mixed = 0;
            for (int key = 0; key < weights.Length; key++)
            {
                if (mutant == Mutant.MaskedNaNLeaks || weights[key] != 0)
                {
                    mixed = MathF.FusedMultiplyAdd(weights[key], call.Value.At(batch, kvHead, key, feature), mixed);
                }
            }

            call.Output.At(batch, head, query, feature) = masked ? (mutant == Mutant.MaskedRowIsNaN ? float.NaN : 0) : mixed / sum;
        }

        if (mutant == Mutant.WritesPastRow && query == call.Query.Layout.Length - 1)
        {
            call.Output.At(batch, head, query, shape.ValueDim) = 0;
        }

        if (mutant == Mutant.WritesToQuery)
        {
            call.Query.At(batch, head, query, 0) *= 0.125f;
        }

        if (call.LogSumExp is not null)
        {
            call.LogSumExp.At(batch, head, query, 0) = LogSumExp(max, sum);
        }
    }

    private float LogSumExp(float max, float sum) =>
        float.IsNegativeInfinity(max) ? (mutant == Mutant.LogSumExpOfMaskedRowIsZero ? 0 : max)
        : mutant == Mutant.LogSumExpWithoutMax ? MathF.Log(sum)
        : mutant == Mutant.LogSumExpInBaseTwo ? (max * MathF.Log2(MathF.E)) + MathF.Log2(sum)
        : max + MathF.Log(sum);

    private float[] Read(KernelCall call, TensorBuffer tensor, int batch, int head, int row)
    {
        var values = new float[shape.HeadDim];
        for (int feature = 0; feature < values.Length; feature++)
        {
            int contiguous = (((((batch * tensor.Layout.Heads) + head) * tensor.Layout.Length) + row) * shape.HeadDim) + feature;
            values[feature] = mutant == Mutant.StridesIgnored ? tensor.Span[Math.Min(contiguous, tensor.Span.Length - 1)] : tensor.At(batch, head, row, feature);
        }

        return values;
    }
}

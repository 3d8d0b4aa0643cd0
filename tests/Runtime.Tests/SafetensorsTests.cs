using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace AttentionGen.Runtime.Tests;

public class SafetensorsTests
{
    private static readonly LayerShape Tiny = new(dModel: 2, heads: 1, kvHeads: 1, headDim: 3, valueDim: 1);
    private static readonly LayerShape Full = new(dModel: 48, heads: 6, kvHeads: 2, headDim: 10, valueDim: 12, bias: true, learnedPositions: 9);

    [Fact]
    public void RoundTrips()
    {
        using AttentionWeights saved = new(Full, 1);
        foreach (WeightTensor tensor in saved.Tensors)
        {
            saved.Set(tensor.Name, Inputs.Random(tensor.Length));
        }

        using MemoryStream file = new();
        saved.Save(file);
        file.Position = 0;
        using AttentionWeights loaded = new(Full, 2);
        loaded.Load(file);
        Assert.Equal(WeightTests.ReadAll(saved), WeightTests.ReadAll(loaded));
    }

    [Fact]
    public void AFileIsLaidOutAsTheFormatSaysWithPyTorchsOrientation()
    {
        using AttentionWeights weights = new(Tiny);
        weights.Set(AttentionWeights.QueryWeight, [1, 2, 3, 4, 5, 6]);
        using MemoryStream file = new();
        weights.Save(file);
        byte[] bytes = file.ToArray();
        int headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, headerLength % 8);
        JsonNode header = JsonNode.Parse(bytes.AsSpan(8, headerLength))!;
        JsonNode query = header[AttentionWeights.QueryWeight]!;
        Assert.Equal("F32", (string?)query["dtype"]);
        Assert.Equal("[3,2]", query["shape"]!.ToJsonString());
        int begin = 8 + headerLength + (int)query["data_offsets"]![0]!;
        int end = 8 + headerLength + (int)query["data_offsets"]![1]!;
        float[] values = [.. Enumerable.Range(0, (end - begin) / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(begin + (4 * i))))];
        Assert.Equal([1, 4, 2, 5, 3, 6], values);
        Assert.Equal(bytes.Length, 8 + headerLength + (4 * weights.Tensors.Sum(tensor => tensor.Length)));
    }

    [Fact]
    public void ReadsAHandBuiltFileInAnyOrderThroughAStreamThatDripsBytes()
    {
        byte[] file = File(GoodHeader);
        using AttentionWeights weights = new(Tiny);
        weights.Load(new DrippingStream(file));

        // Data: o_proj 2x1, then q_proj 3x2, k_proj 3x2, v_proj 1x2, all output features first.
        Assert.Equal([0f, 1f], WeightTests.Read(weights, AttentionWeights.OutputWeight));
        Assert.Equal([2f, 4f, 6f, 3f, 5f, 7f], WeightTests.Read(weights, AttentionWeights.QueryWeight));
        Assert.Equal([8f, 10f, 12f, 9f, 11f, 13f], WeightTests.Read(weights, AttentionWeights.KeyWeight));
        Assert.Equal([14f, 15f], WeightTests.Read(weights, AttentionWeights.ValueWeight));
    }

    public static TheoryData<string, string, string, string> CorruptHeaders() => new()
    {
        { "not JSON", "{", "[", "header" },
        { "cut short", "}}", "}", "JSON" },
        { "wrong type", "\"F32\"", "\"BF16\"", "BF16; expected F32" },
        { "wrong shape", "[3,2]", "[2,3]", "[2, 3]; expected [3, 2]" },
        { "missing", "k_proj.weight", "k_proj.wait", "\"k_proj.weight\" [3, 2] is missing" },
        { "twice", "\"k_proj.weight\"", "\"q_proj.weight\"", "twice" },
        { "extra", "\"__metadata__\":{\"a\":\"b\"}", "\"extra\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[64,64]}", "\"extra\" [0] is not part" },
        { "gap", "[8,32]", "[12,36]", "begins at byte 12 of the data; expected 8" },
        { "too few bytes", "[8,32]", "[8,28]", "expected 24 bytes" },
        { "negative offset", "[8,32]", "[-8,16]", "data_offsets" },
        { "huge offset", "[8,32]", "[8,99999999999999999999]", "data_offsets" },
        { "one offset", "[8,32]", "[8]", "data_offsets" },
        { "fraction", "[3,2]", "[3.5,2]", "shape" },
        { "unknown field", "\"dtype\":\"F32\",\"shape\":[3,2]", "\"type\":\"F32\",\"shape\":[3,2]", "unknown field" },
    };

    [Theory]
    [MemberData(nameof(CorruptHeaders))]
    public void ACorruptHeaderIsNamedAndLeavesTheWeights(string what, string find, string replace, string expected)
    {
        string header = GoodHeader;
        int at = header.IndexOf(find, StringComparison.Ordinal);
        Assert.True(at >= 0, what);
        Refuses(File(header[..at] + replace + header[(at + find.Length)..]), expected);
    }

    [Fact]
    public void EveryTruncationIsAnError()
    {
        byte[] good = File(GoodHeader);
        using AttentionWeights weights = new(Tiny);
        weights.Load(new MemoryStream(good));
        for (int length = 0; length < good.Length; length++)
        {
            Refuses(good[..length], "The file ends");
        }

        Refuses(good[..^3], "\"v_proj.weight\"");
        Refuses([.. good, 0], "goes on");
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(99_999_999)]
    public void AnAbsurdHeaderLengthIsRefusedWithoutReservingIt(ulong length)
    {
        byte[] file = File(GoodHeader);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuses(file, "header");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    private static string GoodHeader =>
        """{"__metadata__":{"a":"b"},"q_proj.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[8,32]},"k_proj.weight":{"data_offsets":[32,56],"shape":[3,2],"dtype":"F32"},"v_proj.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[56,64]},"o_proj.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";

    /// <summary>A header, then 0, 1, ..., 15 as data.</summary>
    private static byte[] File(string header)
    {
        const int values = 16;
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + text.Length + (values * 4)];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file, 8);
        for (int i = 0; i < values; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + text.Length + (4 * i)), i);
        }

        return file;
    }

    private static void Refuses(byte[] file, string expected)
    {
        using AttentionWeights weights = new(Tiny, Random.Shared.Next());
        float[] before = WeightTests.ReadAll(weights);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => weights.Load(new DrippingStream(file)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, WeightTests.ReadAll(weights));
    }

    /// <summary>Hands out a few bytes at a time, as a network does.</summary>
    private sealed class DrippingStream(byte[] data) : MemoryStream(data)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>Floats of 16 bits: half (IEEE binary16) and bfloat16, to the nearest, halves to even.</summary>
public static class SixteenBits
{
    public static float Widen(uint bits, bool isBrain) => isBrain ? BitConverter.UInt32BitsToSingle(bits << 16) : (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static uint Narrow(float value, bool isBrain)
    {
        if (!isBrain)
        {
            return BitConverter.HalfToUInt16Bits((Half)value);
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? 0x7FFFu : (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    }
}

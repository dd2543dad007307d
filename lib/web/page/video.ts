export function canDecodeH264(): Promise<boolean> {
  return Promise.resolve(false);
}
export class VideoPictures {
  constructor(_onFrame: (frame: VideoFrame, seq: number) => void, _onFail: (why: string) => void) {}
  push(_message: Uint8Array): void {}
  close(): void {}
}
